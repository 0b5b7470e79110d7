"""Never cleared the gradients: they add up over the steps."""
def train_step(model, images, labels, optimiser, device):
    model.train()
    images, labels = images.to(device), labels.to(device)
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    return loss.item()
