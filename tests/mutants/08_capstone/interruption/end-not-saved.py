"""Saved every so many steps and not at the end.

Only hidden tests see it.
"""
def train_to(steps, model, optimiser, scheduler, batch_of, checkpoint, device, every=20):
    done = checkpoint.load(model, optimiser, scheduler) or Progress()
    model.train()
    for step in range(done.step, steps):
        images, labels = (part.to(device) for part in batch_of(step))
        optimiser.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimiser.step()
        scheduler.step()
        if (step + 1) % every == 0:
            checkpoint.save(model, optimiser, scheduler, progress=Progress(step=step + 1))
