"""Used re.match with a dollar sign, which lets a line break at the end pass."""
def wrong_fields(machine):  # dictionary like `trainer` -> list of field names
    wrong = [field for field, pattern in PATTERNS.items() if not re.match(pattern + "$", machine[field])]
    if machine["gpus"] not in FITS.get((machine["machine_type"], machine["gpu"]), []):
        wrong.append("gpu")
    for field, least, most in (("disk_gb", 50, 2000), ("max_hours", 1, 24)):
        if not isinstance(machine[field], int) or not least <= machine[field] <= most:
            wrong.append(field)
    return wrong


def create_command(machine):  # dictionary like `trainer` -> list of words
    wrong = wrong_fields(machine)
    if wrong:
        raise ValueError(f"wrong: {', '.join(wrong)}")
    project, family = IMAGES[machine["gpus"] > 0]
    command = [
        "gcloud", "compute", "instances", "create", machine["name"],
        f"--zone={machine['zone']}",
        f"--machine-type={machine['machine_type']}",
        f"--boot-disk-size={machine['disk_gb']}GB",
        f"--image-project={project}",
        f"--image-family={family}",
        f"--max-run-duration={machine['max_hours'] * 3600}s",
        "--instance-termination-action=DELETE",
        f"--provisioning-model={'SPOT' if machine['spot'] else 'STANDARD'}",
    ]
    if machine["gpus"]:
        command.append("--maintenance-policy=TERMINATE")
    if machine["gpu"] == "T4":
        command.append(f"--accelerator=type=nvidia-tesla-t4,count={machine['gpus']}")
    if machine["account"]:
        command += [f"--service-account={machine['account']}", "--scopes=cloud-platform"]
    else:
        command += ["--no-service-account", "--no-scopes"]
    return command
