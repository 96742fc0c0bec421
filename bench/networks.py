"""The four networks in PyTorch, on one thread: the peer of bench/networks.ts, which starts it and writes one request a line.

Request: {"network": "aefc", "what": "train" | "score", "windows": 20000, "metrics": 3, "batch": 128}
Answer:  {"seconds": processor seconds}
"""

import json
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)
RATE = 0.002


class DenseAutoencoder(nn.Module):
    span = 60

    def __init__(self, metrics):
        super().__init__()
        sizes = [self.span * metrics, 128, 32, 8, 32, 128, self.span * metrics]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        y = x.reshape(x.shape[0], -1)
        for at, layer in enumerate(self.layers):
            y = torch.relu(layer(y)) if at in (0, 1, 3, 4) else layer(y)
        return y.reshape(x.shape)


class ConvolutionalAutoencoder(nn.Module):
    span = 59

    def __init__(self, metrics):
        super().__init__()
        self.first, self.second = nn.Conv1d(metrics, 32, 7, 2), nn.Conv1d(32, 16, 7, 2)
        self.third, self.fourth = nn.ConvTranspose1d(16, 16, 7, 2), nn.ConvTranspose1d(16, 32, 7, 2)
        self.last = nn.Linear(32, metrics)

    def forward(self, x):
        y = x.transpose(1, 2)
        for layer in (self.first, self.second, self.third, self.fourth):
            y = torch.relu(layer(y))
        return self.last(y.transpose(1, 2))


class RecurrentAutoencoder(nn.Module):
    span = 60

    def __init__(self, metrics):
        super().__init__()
        self.encoder = nn.LSTM(metrics, 32, batch_first=True)
        self.decoder = nn.LSTM(32, 32, batch_first=True)
        self.last = nn.Linear(32, metrics)

    def forward(self, x):
        _, (code, _) = self.encoder(x)
        y, _ = self.decoder(code[0].unsqueeze(1).repeat(1, x.shape[1], 1))
        return self.last(y)


class ConvolutionalForecast(nn.Module):
    span = 61

    def __init__(self, metrics):
        super().__init__()
        self.first, self.second = nn.Conv1d(metrics, 32, 5), nn.Conv1d(32, 32, 5)
        self.third, self.last = nn.Linear(384, 64), nn.Linear(64, metrics)

    def forward(self, x):
        y = x[:, :60].transpose(1, 2)
        for layer in (self.first, self.second):
            y = torch.max_pool1d(torch.relu(layer(y)), 2)
        return self.last(torch.relu(self.third(y.flatten(1))))


NETWORKS = {
    "aefc": DenseAutoencoder,
    "aecnn": ConvolutionalAutoencoder,
    "aelstm": RecurrentAutoencoder,
    "forcnn": ConvolutionalForecast,
}
made = {}


def network_of(name, metrics):
    key = (name, metrics)
    if key not in made:
        network = NETWORKS[name](metrics)
        made[key] = (network, torch.optim.Adam(network.parameters(), lr=RATE))
    return made[key]


def windows_of(span, count, metrics):
    rows = torch.randn(count + span, metrics)
    return rows.unfold(0, span, 1).transpose(1, 2)[:count].contiguous()


def loss_of(name, network, windows):
    if name == "forcnn":
        return ((network(windows) - windows[:, 60]) ** 2).mean()
    error = (network(windows) - windows) ** 2
    return error.mean() + error[:, -1].mean()


def train(name, network, optimizer, windows, batch):
    for at in range(0, windows.shape[0], batch):
        optimizer.zero_grad()
        loss_of(name, network, windows[at : at + batch]).backward()
        optimizer.step()


def score(network, windows, batch):
    with torch.no_grad():
        for at in range(0, windows.shape[0], batch):
            network(windows[at : at + batch])


print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    name, batch = asked["network"], asked["batch"]
    network, optimizer = network_of(name, asked["metrics"])
    windows = windows_of(network.span, asked["windows"], asked["metrics"])
    began = time.process_time()
    if asked["what"] == "train":
        train(name, network, optimizer, windows, batch)
    else:
        score(network, windows, batch)
    print(json.dumps({"seconds": time.process_time() - began}), flush=True)
