"""Went on with the right parts, and with the rows of the first step."""
def train(parts, points, labels, folder, steps, every=50, stop=lambda: False):
    # parts: network, optimiser, scheduler; points [N, 2]; labels [N]; folder: exists already
    folder = Path(folder)

    def save():
        save_atomic(folder / f"step-{step}.safetensors", pack(*parts, step))

    path = newest(folder)
    step = unpack(path.read_bytes(), *parts) if path else 0
    losses, start = [], step
    while step < steps and not stop():
        rows = rows_of(step - start, len(labels))
        losses.append(train_step(*parts, points[rows], labels[rows]))
        step += 1
        if step % every == 0:
            save()
    save()
    return losses
