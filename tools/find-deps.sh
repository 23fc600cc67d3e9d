#!/bin/sh
# Finds the libraries and writes their link flags into the make fragment $1.
# One line per dependency: found with its version, or missing with the Debian package to install.
set -u
out=$1
missing=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# A compiler for another architecture uses the libraries of that architecture, in Debian's folders for it (dpkg
# --add-architecture).
target=$(${CC:-gcc} -dumpmachine 2>/dev/null) || { echo "  missing  compiler   ${CC:-gcc} doesn't run: install gcc" >&2; exit 1; }
case $target in
"$(uname -m)"-*) foreign= ;;
*)
    foreign=:${target%%-*}
    case $foreign in :aarch64) foreign=:arm64 ;; esac
    : "${PKG_CONFIG_LIBDIR:=/usr/lib/$target/pkgconfig:/usr/share/pkgconfig}"
    CUDA_HOME=none
    export PKG_CONFIG_LIBDIR
    ;;
esac

found() { printf '  found    %-10s %s\n' "$1" "$2" >&2; }
lost() {
    printf '  missing  %-10s install %s%s\n' "$1" "$2" "$foreign" >&2
    missing=1
}
# by pkg-config: name, package, names of the module (in any distribution); the flags go to the variable L_name
pc() {
    name=$1 package=$2
    shift 2
    eval "L_$name="
    for module in "$@"; do
        version=$(pkg-config --modversion "$module" 2>/dev/null) || continue
        found "$name" "$version"
        eval "L_$name=\$(pkg-config --libs $module)"
        return
    done
    lost "$name" "$package"
}
command -v pkg-config >/dev/null || lost pkg-config pkg-config
# the name since Debian 13
apt-cache show libmsgpack-c-dev >/dev/null 2>&1 && msgpack=libmsgpack-c-dev || msgpack=libmsgpack-dev
pc ncursesw libncurses-dev ncursesw
pc msgpack "$msgpack" msgpack-c msgpack
pc png libpng-dev libpng
pc jpeg libjpeg62-turbo-dev libjpeg
pc yajl libyajl-dev yajl
pc cmocka libcmocka-dev cmocka
# optional: without it bench ops has no oneDNN to compare with; nothing else changes
dnnl=$(printf '#include <oneapi/dnnl/dnnl.h>\nDNNL_VERSION_MAJOR.DNNL_VERSION_MINOR\n' | ${CC:-gcc} -E -P - 2>/dev/null | tail -n 1 | tr -d ' ')
printf '#include <oneapi/dnnl/dnnl.h>\nint main(void) { return !dnnl_version(); }\n' >"$tmp/p.c"
case $dnnl in [23].*) ${CC:-gcc} -o "$tmp/p" "$tmp/p.c" -ldnnl >/dev/null 2>&1 || dnnl= ;; *) dnnl= ;; esac
if [ -n "$dnnl" ]; then
    found dnnl "$dnnl"
else
    printf '  absent   %-10s %s\n' dnnl "no libdnnl-dev of version 2 or 3: bench ops has no oneDNN beside it" >&2
fi
# optional: without it the screens show pictures by Kitty's protocol, or as half blocks
L_sixel= sixel=
if version=$(pkg-config --modversion libsixel 2>/dev/null) && L_sixel=$(pkg-config --libs libsixel) && sixel=$(pkg-config --cflags libsixel); then
    found sixel "$version"
    sixel="-DAX_SIXEL $sixel"
else
    printf '  absent   %-10s %s\n' sixel "no libsixel-dev: terminals with sixel get half blocks" >&2
fi
# optional: without it the plugin auxcell-cuda.so isn't built; nothing else changes. CUDA_HOME is the toolkit's folder, and
# CUDA_HOME=none leaves the plugin out.
cuda=${CUDA_HOME:-}
[ -n "$cuda" ] || cuda=$(readlink -f "$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)" | sed 's|/bin/nvcc$||')
# Folders of cuDNN's headers and libraries: in the toolkit, in the compiler's own folders (Debian's package), unpacked from
# NVIDIA's archive (CUDNN_HOME), or in a Python wheel, which has no libcudnn.so.
cudnn_places() {
    echo "$cuda/include:$cuda/lib64"
    [ -z "${CUDNN_HOME:-}" ] || printf '%s\n' "$CUDNN_HOME/include:$CUDNN_HOME/lib" "$CUDNN_HOME/include:$CUDNN_HOME/lib64"
    echo "/usr/include:/usr/lib/$target"
    for wheel in "${VIRTUAL_ENV:-/nowhere}"/lib/python3*/site-packages "${HOME:-/nowhere}"/.local/lib/python3*/site-packages \
        /usr/local/lib/python3*/dist-packages /usr/local/lib/python3*/site-packages; do
        echo "$wheel/nvidia/cudnn/include:$wheel/nvidia/cudnn/lib"
    done
}
nvcc=
cudnn_include=
cudnn_lib=
if [ "$cuda" != none ] && [ -x "$cuda/bin/nvcc" ]; then
    printf '#include <cublasLt.h>\n#include <cuda_runtime_api.h>\n#include <cudnn.h>\nint main(void) { return !(cudnnGetVersion() + cublasLtGetVersion() + (size_t)cudaFree(0)); }\n' >"$tmp/p.c"
    for place in $(cudnn_places); do
        include=${place%%:*} lib=${place#*:}
        [ -f "$include/cudnn_version.h" ] && [ -f "$lib/libcudnn.so.9" ] || continue
        if ${CC:-gcc} -isystem "$cuda/include" -isystem "$include" -o "$tmp/p" "$tmp/p.c" -L"$cuda/lib64" -L"$lib" -lcudart -l:libcudnn.so.9 -lcublasLt -Wl,--allow-shlib-undefined >/dev/null 2>&1; then
            nvcc=$cuda/bin/nvcc cudnn_include=$include cudnn_lib=$lib
            found cuda "$("$nvcc" --version | sed -nE 's/.*release ([0-9.]+).*/\1/p'), cuDNN $(sed -nE 's/^#define CUDNN_(MAJOR|MINOR) ([0-9]+)$/\2/p' "$include/cudnn_version.h" | paste -sd.) in $lib"
            break
        fi
    done
    [ -n "$nvcc" ] || printf '  absent   %-10s %s\n' cuda "$cuda has no cuBLASLt, or there is no cuDNN 9 (CUDNN_HOME names its place): the CUDA plugin isn't built" >&2
else
    printf '  absent   %-10s %s\n' cuda "no nvcc (CUDA_HOME names its place): the CUDA plugin isn't built" >&2
fi
[ $missing -eq 0 ] || { echo "  the command 'sh bootstrap.sh deps' installs what is missing" >&2; exit 1; }
cat >"$out" <<EOF
FRONT_LIBS := $L_ncursesw $L_msgpack $L_png $L_sixel
SIXEL_FLAGS := $sixel
CUDA_HOME := $cuda
CUDA_NVCC := $nvcc
CUDNN_INCLUDE := $cudnn_include
CUDNN_LIB := $cudnn_lib
DNNL_MAJOR := ${dnnl%%.*}
ENGINE_LIBS := $L_msgpack $L_png $L_jpeg $L_yajl $L_sixel
EOF
