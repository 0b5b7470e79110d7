"""Converted the whole model instead of using autocast."""
def make_scaler(device, dtype):  # torch.device; torch.float16, torch.bfloat16 or torch.float32
    return torch.amp.GradScaler(device.type, enabled=dtype == torch.float16)


def mixed_step(model, inputs, labels, optimiser, scaler, device, dtype):  # [N, …] and [N], on any device
    inputs, labels = inputs.to(device), labels.to(device)
    optimiser.zero_grad()
    model.to(dtype)
    loss = F.cross_entropy(model(inputs.to(dtype)).float(), labels)
    scaler.scale(loss).backward()
    scaler.step(optimiser)
    scaler.update()
    return loss.item()
