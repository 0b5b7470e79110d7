"""Put the optimiser into the file as a pickle, in a tensor of bytes."""
def pack(net, optimiser, scheduler, step):
    tensors = {f"model.{name}": value.contiguous().clone() for name, value in net.state_dict().items()}
    hidden = pickle.dumps((optimiser.state_dict(), scheduler.state_dict(), step))
    tensors["rest"] = torch.tensor(list(hidden), dtype=torch.uint8)
    tensors["random"] = torch.get_rng_state()
    return safetensors.torch.save(tensors)


def unpack(data, net, optimiser, scheduler):
    tensors, _ = read_parts(data)
    weights = {name[6:]: value for name, value in tensors.items() if name.startswith("model.")}
    net.load_state_dict(weights)
    for_optimiser, for_scheduler, step = pickle.loads(bytes(tensors["rest"].tolist()))
    optimiser.load_state_dict(for_optimiser)
    scheduler.load_state_dict(for_scheduler)
    torch.set_rng_state(tensors["random"])
    return step
