"""Whole training steps of the bare transformer in PyTorch, lean and hand-written, as a contender of step.ts.

Reads {"steps": n} a line from standard input and answers with what the step cost. Usage: pytorch_step.py CASE THREADS
"""
import ctypes
import json
import struct
import sys
import time

try:
    import torch
except ImportError:
    print("@" + json.dumps({"missing": "python3-torch is not installed: apt-get install python3-torch libopenblas0-pthread"}))
    sys.exit(0)


def read_case(path):
    """The tensors of a safetensors file of float32, and its cell."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    cell = json.loads(header.pop("__metadata__")["cell"])
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = torch.frombuffer(data[begin:end], dtype=torch.float32).view(entry["shape"])
    return tensors, cell


def open_blas(threads):
    """Sets the threads of the OpenBLAS that PyTorch has loaded, which torch.set_num_threads leaves alone; names it."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if "blas" in line}
    for path in sorted(paths):
        library = ctypes.CDLL(path)
        if hasattr(library, "openblas_set_num_threads"):
            library.openblas_set_num_threads(threads)
            library.openblas_get_corename.restype = ctypes.c_char_p
            library.openblas_get_config.restype = ctypes.c_char_p
            version = " ".join(library.openblas_get_config().decode().split()[:2])
            return f"{version} ({library.openblas_get_corename().decode()}, {library.openblas_get_num_threads()} threads)"
    return ", ".join(sorted(paths)) or "a BLAS within PyTorch"


class Step:
    """Weights as views of one flat tensor, so that Adam is a handful of calls over all of them."""

    def __init__(self, tensors, cell):
        self.cell = cell
        self.x = tensors.pop("input").view(-1, cell["width"])
        self.flat = torch.cat([tensor.reshape(-1) for tensor in tensors.values()])
        self.weights, at = {}, 0
        for name, tensor in tensors.items():
            view = self.flat[at : at + tensor.numel()].view(tensor.shape)
            self.weights[name] = view.detach().requires_grad_()
            at += tensor.numel()
        self.all = list(self.weights.values())
        self.first = torch.zeros_like(self.flat)
        self.second = torch.zeros_like(self.flat)
        self.count = 0

    def norm(self, name, x):
        w = self.weights
        return torch.layer_norm(x, x.shape[-1:], w[name + ".gain"], w[name + ".bias"], self.cell["layerNormEpsilon"])

    def dense(self, name, x):
        return torch.addmm(self.weights[name + ".bias"], x, self.weights[name + ".weight"])

    def attention(self, qkv):
        c = self.cell
        tasks, positions, heads = c["tasks"], c["positions"], c["heads"]
        q, k, v = qkv.view(tasks, positions, 3, heads, -1).permute(2, 0, 3, 1, 4).reshape(
            3, tasks * heads, positions, -1
        ).unbind(0)
        scores = torch.bmm(q, k.transpose(1, 2)).mul_(q.shape[-1] ** -0.5)
        out = torch.bmm(torch.softmax(scores, -1), v)
        return out.view(tasks, heads, positions, -1).transpose(1, 2).reshape(tasks * positions, -1)

    def loss(self):
        x = self.x
        for layer in range(self.cell["layers"]):
            name = f"model.layers.{layer}."
            qkv = self.dense(name + "attention.qkv", self.norm(name + "attention.norm", x))
            x = x + self.dense(name + "attention.output", self.attention(qkv))
            hidden = self.dense(name + "feedForward.hidden", self.norm(name + "feedForward.norm", x))
            x = x + self.dense(name + "feedForward.output", torch.nn.functional.gelu(hidden))
        return self.norm("model.norm", x).square().mean()

    def run(self):
        loss = self.loss()
        gradient = torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss, self.all)])
        c = self.cell
        self.count += 1
        first, second = 1 - c["beta1"] ** self.count, 1 - c["beta2"] ** self.count
        self.first.lerp_(gradient, 1 - c["beta1"])
        self.second.mul_(c["beta2"]).addcmul_(gradient, gradient, value=1 - c["beta2"])
        below = self.second.sqrt().mul_(second**-0.5).add_(c["epsilon"])
        self.flat.addcdiv_(self.first, below, value=-c["rate"] / first)
        return loss.item()


def main():
    threads = int(sys.argv[2])
    torch.set_num_threads(threads)
    blas = open_blas(threads)
    capability = next(line for line in torch.__config__.show().splitlines() if "CPU capability" in line).strip(" -")
    step = Step(*read_case(sys.argv[1]))
    description = f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {capability}; {blas}"
    print("@" + json.dumps({"ready": description}), flush=True)
    for line in sys.stdin:
        losses, milliseconds = [], []
        for _ in range(json.loads(line)["steps"]):
            started = time.perf_counter()
            losses.append(step.run())
            milliseconds.append(1000 * (time.perf_counter() - started))
        print("@" + json.dumps({"losses": losses, "milliseconds": milliseconds}), flush=True)


if __name__ == "__main__":
    main()
