"""Settings that contradict each other or the data end a search before there is a run: its name isn't taken."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../helper"))
from auxcell import SharedPlaceCase, TINY, main  # noqa: E402

ARCH0 = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]"


class Contradictions(SharedPlaceCase):
    @classmethod
    def prepare(cls):
        cls.model = os.path.join(cls.place.dir, "depth.safetensors")
        done = cls.place.call("try", ARCH0, "--task", "depth", "--model", cls.model, *TINY)
        assert done.returncode == 0, done.stderr

    def refused(self, code, says, *args):
        done = self.place.call("search", "--run", "r", "--headless", "--candidates", "1", *TINY, *args)
        self.assertEqual((done.returncode, done.stdout), (code, ""), args)
        self.assertTrue(done.stderr.startswith("auxcell: " + says) and done.stderr.count("\n") == 1, done.stderr)
        self.assertEqual(os.listdir(self.place.runs), [], args)

    def test_nothing_is_left_of_them(self):
        self.refused(2, "scale_min 5 is above scale_max 2", "--scale-min", "5", "--scale-max", "2")
        self.refused(2, "class_weights: the task pose has no classes", "--class-weights", "median-frequency", "--task", "pose")
        self.refused(2, "leave_out = 'unicorn': scenes has no such class", "--leave-out", "unicorn")
        self.refused(2, "depth_min = 5: scenes has depths up to 2 m", "--task", "depth", "--depth-min", "5", "--depth-max", "2")
        self.refused(2, "device 'gpu': not one of auto, cpu, ref, cuda:N", "--device", "gpu")
        self.refused(2, "data set 'camvid' has no truth for depth", "--data", "camvid:/nowhere", "--task", "depth")
        self.refused(1, "camvid:/nowhere: No such file or directory", "--data", "camvid:/nowhere")
        self.refused(1, "encoder: /nowhere: cannot open: No such file or directory", "--encoder", "/nowhere")
        self.refused(2, f"teacher {self.model}: a model for depth; the run is for segmentation", "--teacher", self.model)
        self.refused(1, f"teacher {self.place.dir}/none: No such file or directory", "--teacher", f"{self.place.dir}/none")
        self.refused(1, f"{self.place.runs}: holds no .npy or .safetensors file", "--teacher", self.place.runs)

    def test_a_device_that_is_not_there(self):
        self.place.env["AUXCELL_PLUGIN_DIR"] = "/nowhere"
        for device in "cuda", "cuda:0", "cuda:1", "cuda:0,1", "cuda:0*2", "cuda:all":
            self.refused(3, f"device '{device}': this build has no CUDA plugin", "--device", device)


if __name__ == "__main__":
    main()
