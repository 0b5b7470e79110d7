"""Kept the parameters without the averages of batch normalisation."""
def train_within(seconds, epochs, model, run_epoch, validate, clock=time.monotonic):
    end = clock() + seconds
    history, best, slowest = [], None, 0.0
    for epoch in range(epochs):
        began = clock()
        if history and began + slowest > end:
            break
        run_epoch(epoch)
        history.append(validate())
        slowest = max(slowest, clock() - began)
        if history[-1] == max(history):
            best = [p.detach().clone() for p in model.parameters()]
    for parameter, value in zip(model.parameters(), best):
        parameter.data.copy_(value)
    return history
