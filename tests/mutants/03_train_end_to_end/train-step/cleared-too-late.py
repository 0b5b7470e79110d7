"""Cleared the gradients between backward and step: the weights never move."""
def train_step(model, images, labels, optimiser, device):
    model.train()
    images, labels = images.to(device), labels.to(device)
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.zero_grad()
    optimiser.step()
    return loss.item()
