"""Handed bytes_each on to nobody: the batch is right only in float32."""
def training_bytes(sizes, batch, optimiser, bytes_each=4):  # bytes_each: of one number, 4 in float32
    parameters = sum((a + 1) * b for a, b in zip(sizes, sizes[1:]))
    remembered = {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]
    return {
        "parameters": parameters * bytes_each,
        "gradients": parameters * bytes_each,
        "optimiser": remembered * parameters * bytes_each,
        "activations": batch * sum(sizes[:-1]) * bytes_each,
    }


def largest_batch(sizes, optimiser, budget, bytes_each=4):  # budget in bytes
    one = training_bytes(sizes, 1, optimiser)
    left = budget - one["parameters"] - one["gradients"] - one["optimiser"]
    return max(0, left // one["activations"])
