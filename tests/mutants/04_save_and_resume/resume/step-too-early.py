"""Saved before the step was counted: a step is taken twice."""
def train(parts, points, labels, folder, steps, every=50, stop=lambda: False):
    # parts: network, optimiser, scheduler; points [N, 2]; labels [N]; folder: exists already
    folder = Path(folder)

    def save():
        save_atomic(folder / f"step-{step}.safetensors", pack(*parts, step))

    path = newest(folder)
    step = unpack(path.read_bytes(), *parts) if path else 0
    losses = []
    while step < steps and not stop():
        rows = rows_of(step, len(labels))
        losses.append(train_step(*parts, points[rows], labels[rows]))
        if (step + 1) % every == 0:
            save()
        step += 1
    save()
    return losses
