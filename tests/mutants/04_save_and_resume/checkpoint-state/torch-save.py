"""Used torch.save: the file is a pickle."""
def pack(net, optimiser, scheduler, step):
    file = io.BytesIO()
    states = [part.state_dict() for part in (net, optimiser, scheduler)]
    torch.save((*states, torch.get_rng_state(), step), file)
    return file.getvalue()


def unpack(data, net, optimiser, scheduler):
    *states, random, step = torch.load(io.BytesIO(data), weights_only=False)
    for part, state in zip((net, optimiser, scheduler), states):
        part.load_state_dict(state)
    torch.set_rng_state(random)
    return step
