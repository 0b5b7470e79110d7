"""Made the card before training."""
SEED = 0
EPOCHS, SECONDS = (40, 120) if device.type == "cuda" else (6, 45)
RUN = "run"  # the folder of the checkpoints
START_ANEW = True  # False: go on from the last checkpoint


def make_net():
    return SmallNet()


def run_epoch(number):
    train_to((number + 1) * STEPS, model, optimiser, scheduler, batch_of, checkpoint, device)


def validate():
    return balanced_accuracy(model, camera_images, camera_labels)


torch.manual_seed(SEED)
if START_ANEW:
    shutil.rmtree(RUN, ignore_errors=True)
model = make_net().to(device)
optimiser = torch.optim.AdamW(model.parameters())
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.01, total_steps=EPOCHS * STEPS)
batch_of, checkpoint = make_batches(SEED), course.Checkpoint(RUN)
began = time.monotonic()
card = make_card(model, camera_images, camera_labels, time.monotonic() - began)
history = train_within(SECONDS, EPOCHS, model, run_epoch, validate)
save_file(model.state_dict(), "capstone.safetensors", metadata={"card": json.dumps(card)})
print("after each epoch:", ", ".join(f"{value:.3f}" for value in history))
