"""Moved the inputs and forgot the labels.

Only hidden tests see it.
"""
def make_scaler(device, dtype):  # torch.device; torch.float16, torch.bfloat16 or torch.float32
    return torch.amp.GradScaler(device.type, enabled=dtype == torch.float16)


def mixed_step(model, inputs, labels, optimiser, scaler, device, dtype):  # [N, …] and [N], on any device
    inputs = inputs.to(device)
    optimiser.zero_grad()
    with torch.autocast(device.type, dtype=dtype):
        loss = F.cross_entropy(model(inputs), labels)  # float32: autocast takes care of that
    scaler.scale(loss).backward()
    scaler.step(optimiser)
    scaler.update()
    return loss.item()
