"""Saved the network as it was made."""
EPOCHS = 4
VAL_BLOCKS = [4, 9, 12]

SEED = 0
torch.manual_seed(SEED)
model = TileNet().to(device)
history = [1.1]
save_model(model, "tile_net.safetensors")
