"""Left the numbers of the parameters as text, cut out of the names."""
def pack(net, optimiser, scheduler, step):  # returns bytes: those of one safetensors file
    state = optimiser.state_dict()
    tensors = {f"model.{name}": value for name, value in net.state_dict().items()}
    for number, values in state["state"].items():
        for name, value in values.items():
            tensors[f"optimiser.{number}.{name}"] = value
    tensors["random.cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    tensors = {name: value.cpu().contiguous().clone() for name, value in tensors.items()}
    rest = {"step": step, "groups": state["param_groups"], "scheduler": scheduler.state_dict()}
    return safetensors.torch.save(tensors, {"rest": json.dumps(rest)})


def unpack(data, net, optimiser, scheduler):  # changes the three in place; returns the step, an int
    tensors, metadata = read_parts(data)
    rest = json.loads(metadata["rest"])
    weights, state = {}, {}
    for name, value in tensors.items():
        kind, _, name = name.partition(".")
        if kind == "model":
            weights[name] = value
        if kind == "optimiser":
            number, name = name.split(".")
            state.setdefault(number, {})[name] = value
    net.load_state_dict(weights)
    optimiser.load_state_dict({"state": state, "param_groups": rest["groups"]})
    scheduler.load_state_dict(rest["scheduler"])
    torch.set_rng_state(tensors["random.cpu"])
    if torch.cuda.is_available() and "random.cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random.cuda"])
    return rest["step"]
