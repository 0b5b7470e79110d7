"""Saved the network first and trained it afterwards."""
EPOCHS = 4
VAL_BLOCKS = [4, 9, 12]

SEED = 0
torch.manual_seed(SEED)
dataset = TileDataset(tiles.images, tiles.labels)
train_rows, val_rows = split_by_block(tiles.blocks, VAL_BLOCKS)
train_set, val_set = Subset(dataset, train_rows), Subset(dataset, val_rows)

model = TileNet().to(device)
save_model(model, "tile_net.safetensors")
history = fit(model, train_set, val_set, EPOCHS)
