"""What lint asks of the tree as a whole: folders, and headers, include each other without a circle; no two public headers
have one name, and no two define one type.

Usage: lint-tree.py [ROOT]. Says what is wrong, a line each; exit code 1 when anything is. Backends are implementations
of one interface: theirs may have the names that the others have."""
import collections
import os
import re
import sys

TOPS = ("engine", "data", "viz", "tui")
SOURCES = (".c", ".h", ".cu", ".cuh")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
# Forms of a type's definition: a body, a name after one, a function type, an alias; "typedef struct x x;" isn't one.
TYPES = (
    re.compile(r"\b(?:struct|enum|union)\s+(\w+)\s*\{"),
    re.compile(r"^\}\s*(\w+)\s*;", re.M),
    re.compile(r"^typedef\b[^;{]*\(\s*\*\s*(\w+)\s*\)\s*\(", re.M),
    re.compile(r"^typedef\s+(?!struct\b|enum\b|union\b)[^;{(]*?(\w+)\s*;", re.M),
)


def read_tree(root):
    """{path: text}"""
    texts = {}
    for top in TOPS:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if name.endswith(SOURCES):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as f:
                        texts[os.path.relpath(path, root)] = f.read()
    return texts


def circles(edges):
    """Each circle once, as the list of its nodes: the shortest through its first node."""
    found = []
    for start in sorted(edges):
        if any(start in circle for circle in found):
            continue
        came_from, todo = {}, collections.deque([start])
        while todo and start not in came_from:
            here = todo.popleft()
            for there in sorted(edges.get(here, ())):
                if there not in came_from:
                    came_from[there] = here
                    todo.append(there)
        if start in came_from:
            circle = [came_from[start]]
            while circle[-1] != start:
                circle.append(came_from[circle[-1]])
            found.append(circle[::-1])
    return found


def include_circles(texts):
    folders, headers, where = {}, {}, {}
    for path, text in texts.items():
        for included in INCLUDE.findall(text):
            ends = os.path.dirname(path), os.path.dirname(included)
            if ends[0] != ends[1]:
                folders.setdefault(ends[0], set()).add(ends[1])
                where.setdefault(ends, f"{path} includes {included}")
            elif path.endswith(".h"):
                headers.setdefault(path, set()).add(included)
    for circle in circles(folders):
        steps = zip(circle, circle[1:] + circle[:1])
        yield "folders include each other in a circle: " + "; ".join(where[step] for step in steps)
    for circle in circles(headers):
        yield "headers include each other in a circle: " + ", ".join(circle)


def names_used_twice(texts):
    headers, types = {}, {}
    for path, text in sorted(texts.items()):
        if not path.endswith(".h") or path.startswith("engine/backend/"):
            continue
        headers.setdefault(os.path.basename(path), []).append(path)
        bare = COMMENT.sub(" ", text)
        for name in {name for pattern in TYPES for name in pattern.findall(bare)}:
            types.setdefault(name, []).append(path)
    for what, uses in (("headers of one name", headers), ("headers define one type", types)):
        for name, paths in sorted(uses.items()):
            if len(paths) > 1:
                yield f"{what}, {name}: {', '.join(paths)}"


def main():
    texts = read_tree(sys.argv[1] if len(sys.argv) > 1 else ".")
    bad = [*include_circles(texts), *names_used_twice(texts)]
    for line in bad:
        print(f"lint: {line}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
