"""Gave the scaled loss the name of the loss, and returned it."""
def make_scaler(device, dtype):  # torch.device; torch.float16, torch.bfloat16 or torch.float32
    return torch.amp.GradScaler(device.type, enabled=dtype == torch.float16)


def mixed_step(model, inputs, labels, optimiser, scaler, device, dtype):  # [N, …] and [N], on any device
    inputs, labels = inputs.to(device), labels.to(device)
    optimiser.zero_grad()
    with torch.autocast(device.type, dtype=dtype):
        loss = F.cross_entropy(model(inputs), labels)  # float32: autocast takes care of that
    loss = scaler.scale(loss)
    loss.backward()
    scaler.step(optimiser)
    scaler.update()
    return loss.item()
