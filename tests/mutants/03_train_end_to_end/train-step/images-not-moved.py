"""Called .to(device) without keeping what it returns: tensors are not moved in place.

Only hidden tests see it.
"""
def train_step(model, images, labels, optimiser, device):
    model.train()
    images.to(device)
    labels = labels.to(device)
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    return loss.item()
