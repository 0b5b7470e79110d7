"""Seeded the generator at the start of each call: dropout repeats itself."""
def train(parts, points, labels, folder, steps, every=50, stop=lambda: False):
    # parts: network, optimiser, scheduler; points [N, 2]; labels [N]; folder: exists already
    folder = Path(folder)

    def save():
        save_atomic(folder / f"step-{step}.safetensors", pack(*parts, step))

    path = newest(folder)
    step = unpack(path.read_bytes(), *parts) if path else 0
    losses = []
    torch.manual_seed(0)
    while step < steps and not stop():
        rows = rows_of(step, len(labels))
        losses.append(train_step(*parts, points[rows], labels[rows]))
        step += 1
        if step % every == 0:
            save()
    save()
    return losses
