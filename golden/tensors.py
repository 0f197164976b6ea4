"""Tensor operations beyond arithmetic, and how tensors are printed. Writes tensors.json."""
import torch
from common import full, uniform, write

README = (
    "cases: manual_seed(seed), x = U(shape)*2 where U(shape) is rand(shape)*2-1, then y = operation(x) as named by `name` (Python), then "
    "upstream = U(shape of y); dx is the gradient of sum(y*upstream), absent where y is made of integers. index, other, mask: "
    "tensors that the operation takes besides x. printed: str() of a tensor, given by its values (or by arange(n) in the shape), with PyTorch's names."
)
cases = []
nan, inf = float("nan"), float("inf")


def case(name, shape, run, **tensors):
    seed = len(cases)
    torch.manual_seed(seed)
    x = (uniform(*shape) * 2).requires_grad_()
    y = run(x, **tensors)
    made = {"name": name, "seed": seed, "shape": list(shape)}
    made.update({k: full(v) for k, v in tensors.items()})
    if y.dtype == torch.float32:
        y.backward(uniform(*y.shape))
        made["dx"] = full(x.grad)
    made["output"] = full(y)
    cases.append(made)


case("x.var()", (3, 4), lambda x: x.var())
case("x.var(1)", (3, 4), lambda x: x.var(1))
case("x.var((0, 2), unbiased=False, keepdim=True)", (3, 4, 2), lambda x: x.var((0, 2), unbiased=False, keepdim=True))
case("x.std()", (7,), lambda x: x.std())
case("x.std(-1, keepdim=True)", (3, 4), lambda x: x.std(-1, keepdim=True))
case("x.norm()", (3, 4), lambda x: x.norm())
case("x.norm(1, 0)", (3, 4), lambda x: x.norm(1, 0))
case("x.norm(2, (0, 1), keepdim=True)", (3, 4, 2), lambda x: x.norm(2, (0, 1), keepdim=True))
case("x.norm(3, 1)", (3, 4), lambda x: x.norm(3, 1))
case("x.norm(inf, 1)", (3, 4), lambda x: x.norm(inf, 1))
case("x.logsumexp(1)", (3, 4), lambda x: x.logsumexp(1))
case("x.logsumexp((0, 2), keepdim=True)", (3, 4, 2), lambda x: x.logsumexp((0, 2), keepdim=True))
case("(x*100).logsumexp(0)", (3, 4), lambda x: (x * 100).logsumexp(0))
case("x.cumsum(0)", (5, 3), lambda x: x.cumsum(0))
case("x.cumsum(-1)", (2, 3, 4), lambda x: x.cumsum(-1))
case("x.prod()", (2, 3), lambda x: x.prod())
case("x.prod(1, keepdim=True)", (3, 4), lambda x: x.prod(1, keepdim=True))
case("x.max()", (3, 4), lambda x: x.max())
case("x.round().max()", (4, 6), lambda x: (x - (x - x.round()).detach()).max())
case("x.min()", (3, 4), lambda x: x.min())
case("x.max(1)[0]", (3, 4), lambda x: x.max(1)[0])
case("x.max(1)[1]", (3, 4), lambda x: x.max(1)[1])
case("x.min(0, keepdim=True)[0]", (3, 4, 2), lambda x: x.min(0, keepdim=True)[0])
case("x.argmax()", (3, 4), lambda x: x.argmax())
case("x.argmax(0)", (3, 4), lambda x: x.argmax(0))
case("x.argmin(-1, keepdim=True)", (3, 4), lambda x: x.argmin(-1, keepdim=True))
case("x.clamp(-0.5, 1)", (3, 4), lambda x: x.clamp(-0.5, 1))
case("x.clamp(min=0)", (9,), lambda x: x.clamp(min=0))
case("gelu(x)", (9,), lambda x: torch.nn.functional.gelu(x))
case("gelu(x, tanh)", (9,), lambda x: torch.nn.functional.gelu(x, approximate="tanh"))
case("silu(x)", (9,), lambda x: torch.nn.functional.silu(x))
case("softplus(x)", (9,), lambda x: torch.nn.functional.softplus(x))
case("elu(x, 0.7)", (9,), lambda x: torch.nn.functional.elu(x, 0.7))
case("leaky_relu(x)", (9,), lambda x: torch.nn.functional.leaky_relu(x))
case("logsigmoid(x*50)", (9,), lambda x: torch.nn.functional.logsigmoid(x * 50))
case("x[1:-1]", (5, 3), lambda x: x[1:-1])
case("x[:, 0]", (5, 3), lambda x: x[:, 0])
case("x[-2:, :, ::2]", (4, 2, 5), lambda x: x[-2:, :, ::2])
case("x[1, 1:9, -1]", (2, 5, 3), lambda x: x[1, 1:9, -1])
case("x[0:1, 2:4]", (3, 6, 2), lambda x: x[0:1, 2:4])
case("x[4:2]", (5, 3), lambda x: x[4:2])
case("x.gather(1, index)", (3, 4), lambda x, index: x.gather(1, index), index=torch.tensor([[0, 3, 3], [1, 1, 0], [2, 0, 1]]))
case("x.gather(0, index)", (3, 4, 2), lambda x, index: x.gather(0, index), index=torch.tensor([[[2, 0], [1, 1], [0, 0]]]))
case("x.index_select(0, index)", (4, 3), lambda x, index: x.index_select(0, index), index=torch.tensor([3, 0, 3]))
case("x.index_select(1, index)", (2, 4, 20), lambda x, index: x.index_select(1, index), index=torch.tensor([1, 1]))
case("where(mask, x, 0)", (2, 3), lambda x, mask: torch.where(mask > 0, x, torch.tensor(0.0)), mask=torch.tensor([[1.0, 0, 1], [0, 1, 0]]))
case("where(mask, x, x[:1])", (2, 3), lambda x, mask: torch.where(mask > 0, x, x[:1]), mask=torch.tensor([[1.0], [0]]))
case("x.masked_fill(mask, -7)", (2, 3), lambda x, mask: x.masked_fill(mask > 0, -7), mask=torch.tensor([1.0, 0, 1]))
case("x.flatten(1)", (2, 3, 4), lambda x: x.flatten(1))
case("x.flatten(0, 1)", (2, 3, 4), lambda x: x.flatten(0, 1))
case("x.chunk(3, 1)[2]", (2, 7), lambda x: x.chunk(3, 1)[2])
case("x.split(2)[1]", (5, 3), lambda x: x.split(2)[1])
case("x.split([1, 4])[1]", (5, 3), lambda x: x.split([1, 4])[1])
case("x.T", (2, 3), lambda x: x.T)

printed = []


def show(values, shape=None, requires_grad=False, **options):
    t = torch.tensor(values, **options) if shape is None else torch.arange(values, **options).reshape(shape)
    t.requires_grad = requires_grad
    encode = lambda v: [encode(u) for u in v] if isinstance(v, list) else v if isinstance(v, int) or abs(v) < inf else str(v)
    printed.append({
        "values": encode(values) if shape is None else values, "shape": shape, "dtype": "int32" if t.dtype == torch.int32 else "float32",
        "requiresGrad": t.requires_grad, "text": str(t),
    })


show(3.5)
show(2.0)
show([])
show([[], []])
show([1.0, 2.0, 3.0])
show([1.0, -2.5, 1 / 3])
show([[1.5, 2.0], [-3.25, 4.0]])
show([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.5]]])
show([0.03125, 0.09375, -0.15625, 0.5])
show([0.0, -0.0, 0.5])
show([0.0, 0.0])
show([1e-5, 1.0, 123456.0])
show([1e9, 2.5])
show([100005.0, 3.0])
show([0.00001, 0.00002])
show([nan, 1.0, -inf])
show([nan, 0.25, inf, -0.5])
show([nan, nan])
show([1, -20, 300], dtype=torch.int32)
show([[1, 2], [3, 4]], dtype=torch.int32)
show([0.1, 0.2], requires_grad=True)
show([0.123 * i for i in range(30)])
show([[0.5 * i for i in range(12)]], requires_grad=True)
show([-0.123 * i for i in range(8)], requires_grad=True)
show(1000, [1000], dtype=torch.float32)
show(1001, [1001], dtype=torch.float32)
show(3000, [30, 100], dtype=torch.float32)
show(4000, [10, 20, 20], dtype=torch.float32)
show(2000, [2, 1000], dtype=torch.int32)
show(1200, [8, 150], dtype=torch.float32, requires_grad=True)

write("tensors", README, cases, printed=printed)
