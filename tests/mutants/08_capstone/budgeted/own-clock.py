"""Asked the clock of the machine in the place of the one given."""
def train_within(seconds, epochs, model, run_epoch, validate, clock=time.monotonic):
    end = time.monotonic() + seconds
    history, best, slowest = [], None, 0.0
    for epoch in range(epochs):
        began = time.monotonic()
        if history and began + slowest > end:
            break
        run_epoch(epoch)
        history.append(validate())
        slowest = max(slowest, time.monotonic() - began)
        if history[-1] == max(history):
            best = copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return history
