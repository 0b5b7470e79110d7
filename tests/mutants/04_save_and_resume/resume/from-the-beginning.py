"""Never looked for a checkpoint."""
def train(parts, points, labels, folder, steps, every=50, stop=lambda: False):
    # parts: network, optimiser, scheduler; points [N, 2]; labels [N]; folder: exists already
    folder = Path(folder)

    def save():
        save_atomic(folder / f"step-{step}.safetensors", pack(*parts, step))

    step = 0
    losses = []
    while step < steps and not stop():
        rows = rows_of(step, len(labels))
        losses.append(train_step(*parts, points[rows], labels[rows]))
        step += 1
        if step % every == 0:
            save()
    save()
    return losses
