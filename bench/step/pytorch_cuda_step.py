"""The step of pytorch_step.py on a CUDA GPU, TF32 off: `pytorch_cuda_step.py CASE eager|graph [DEVICE]`.

Answers the requests of webgpu/_serve_gpu.ts. `graph` captures the whole step once and replays it.
"""
import json
import math
import sys
import time

try:
    import torch

    from pytorch_step import Step, read_case
except (ImportError, SystemExit):
    print("@" + json.dumps({"missing": "this Python has no torch"}))
    sys.exit(0)


class DeviceStep(Step):
    """Adam's powers are worked out on the device too, so that a captured step takes no numbers from the host."""

    def __init__(self, tensors, cell, device):
        super().__init__({name: tensor.to(device) for name, tensor in tensors.items()}, cell)
        self.steps = torch.zeros((), dtype=torch.float64, device=device)

    def attention(self, qkv):
        fused = getattr(torch.nn.functional, "scaled_dot_product_attention", None)
        if fused is None:
            return super().attention(qkv)
        c = self.cell
        tasks, positions, heads = c["tasks"], c["positions"], c["heads"]
        q, k, v = qkv.view(tasks, positions, 3, heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        return fused(q, k, v).transpose(1, 2).reshape(tasks * positions, -1)

    def submit(self):
        loss = self.loss()
        gradient = torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss, self.all)])
        c = self.cell
        self.steps += 1
        first, second = (1 / (1 - torch.exp(self.steps * math.log(c[beta]))) for beta in ("beta1", "beta2"))
        self.first.lerp_(gradient, 1 - c["beta1"])
        self.second.mul_(c["beta2"]).addcmul_(gradient, gradient, value=1 - c["beta2"])
        below = self.second.sqrt().mul_(second.sqrt().float()).add_(c["epsilon"])
        with torch.no_grad():
            self.flat.sub_((self.first * (c["rate"] * first).float()).div_(below))
        return loss.detach()


class GraphStep(DeviceStep):
    def __init__(self, tensors, cell, device):
        super().__init__(tensors, cell, device)
        state = (self.flat, self.first, self.second, self.steps)
        saved = [tensor.clone() for tensor in state]
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                super().submit()
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.result = super().submit()
        for tensor, value in zip(state, saved):
            tensor.copy_(value)

    def submit(self):
        self.graph.replay()
        return self.result


def answer(request, step, done):
    kind, steps = request["kind"], request["steps"]
    clock = time.perf_counter
    if kind == "facts":
        step.submit()
        done()
        return {"dispatches": None, "held": torch.cuda.memory_reserved() if torch.cuda.is_available() else 0, "memory": None}
    if kind == "whole":
        done()
        started = clock()
        for _ in range(steps):
            step.submit()
        done()
        return {"whole": 1000 * (clock() - started) / steps}
    losses, milliseconds = [], []
    for _ in range(steps):
        if kind == "host":
            done()
        started = clock()
        loss = step.submit()
        if kind == "losses":
            losses.append(loss.item())
        milliseconds.append(1000 * (clock() - started))
    return {"host": milliseconds} if kind == "host" else {"losses": losses, "milliseconds": milliseconds}


def main():
    device = sys.argv[3] if len(sys.argv) > 3 else "cuda"
    if device == "cuda" and not torch.cuda.is_available():
        print("@" + json.dumps({"missing": "this Python's torch finds no CUDA GPU"}))
        return
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    done = torch.cuda.synchronize if device == "cuda" else lambda: None
    step = {"eager": DeviceStep, "graph": GraphStep}[sys.argv[2]](*read_case(sys.argv[1]), device)
    name = torch.cuda.get_device_name() if device == "cuda" else "the processor"
    captured = "the whole step a CUDA graph" if sys.argv[2] == "graph" else "eager"
    print("@" + json.dumps({"ready": f"PyTorch {torch.__version__}, {captured}, TF32 off, on {name}"}), flush=True)
    for line in sys.stdin:
        print("@" + json.dumps(answer(json.loads(line), step, done)), flush=True)


main()
