"""Returned the loss with its graph, which keeps every step in memory."""
def train_step(model, images, labels, optimiser, device):
    model.train()
    images, labels = images.to(device), labels.to(device)
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    return loss
