"""Keeps one network lab: carries frames along its wires, and takes all of it down when its parent ends, however it ends.

Usage: keeper.py. Python 3.8 or newer, standard library only, root. `lab.ts` is the only one who starts it.

A wire is two TAP devices, each in a network namespace, and this process between them, which delays, jitters, loses or cuts
what passes. Unlike the kernel's netem it is there wherever TAP devices are. Namespaces are called `<prefix><host>`, with this
process in the prefix, so that labs can stand side by side and those of dead keepers are known.

Each line on standard input is one order as JSON, each is answered by one line on standard output: {"ok": …} or {"fault": "…"}.

  {"op": "wire", "name": …, "seed": …, "ends": [[namespace, device], [namespace, device]], "delayMs": …, "jitterMs": …,
   "loss": 0…1, "cut": bool}                    lay a wire; the devices come into being, down and without addresses
  {"op": "set", "name": …, …}                   change delayMs, jitterMs, loss or cut of a wire, from the next frame on
  {"op": "counts", "name": …}                   frames carried, lost to chance, and lost to a cut or a full queue so far

The end of standard input is the order to take everything down.
"""

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time

NETNS = "/run/netns"
FAMILY = "ovg-"
PREFIX = f"{FAMILY}{os.getpid()}-"
TUNSETIFF = 0x400454CA
IFF_TAP_NO_PI = 0x1002
CLONE_NEWNET = 0x40000000
FRAME_BYTES_MAX = 65_536
"""What may be under way on one wire in one direction; more than a second of what ten nodes send."""
QUEUED_MAX = 10_000

libc = ctypes.CDLL(None, use_errno=True)


class Wire:
    """The settings and counts of both directions."""

    def __init__(self, order):
        self.carried = self.lost = self.refused = 0
        self.delay = self.jitter = self.loss = 0.0
        self.cut = False
        self.set(order)

    def set(self, order):
        self.delay = order.get("delayMs", self.delay * 1e3) / 1e3
        self.jitter = order.get("jitterMs", self.jitter * 1e3) / 1e3
        self.loss = order.get("loss", self.loss)
        self.cut = order.get("cut", self.cut)


class Direction:
    """One way along a wire. Frames keep their order, as on a real line: jitter delays whatever comes behind, too."""

    def __init__(self, wire, out, seed):
        self.wire, self.out, self.random = wire, out, random.Random(seed)
        self.last = 0.0
        self.queued = 0

    def due(self, now):
        """When a frame that arrives now is handed on, or None when it never is."""
        wire = self.wire
        if wire.cut or self.queued >= QUEUED_MAX:
            wire.refused += 1
            return None
        # Drawn for every frame, lost or not, so that a change of one setting leaves the course of the other alone.
        chance, lateness = self.random.random(), self.random.uniform(-1, 1)
        if chance < wire.loss:
            wire.lost += 1
            return None
        self.last = max(self.last, now + max(0.0, wire.delay + wire.jitter * lateness))
        return self.last


class Keeper:
    def __init__(self):
        self.poll = select.epoll()
        self.wires, self.directions = {}, {}
        self.agenda, self.order = [], 0
        self.orders = b""

    def run(self):
        os.set_blocking(0, False)
        self.poll.register(0, select.EPOLLIN)
        say({"ok": {"prefix": PREFIX}})
        while True:
            wait = max(0.0, self.agenda[0][0] - time.monotonic()) if self.agenda else -1
            for descriptor, _ in self.poll.poll(wait):
                if descriptor != 0:
                    self.read_frames(descriptor)
                elif not self.read_orders():
                    return
            self.hand_on()

    def read_frames(self, descriptor):
        direction = self.directions[descriptor]
        now = time.monotonic()
        while True:
            try:
                frame = os.read(descriptor, FRAME_BYTES_MAX)
            except BlockingIOError:
                return
            due = direction.due(now)
            if due is not None:
                direction.queued += 1
                self.order += 1
                heapq.heappush(self.agenda, (due, self.order, direction, frame))

    def hand_on(self):
        now = time.monotonic()
        while self.agenda and self.agenda[0][0] <= now:
            _, _, direction, frame = heapq.heappop(self.agenda)
            direction.queued -= 1
            # What was under way when the wire was cut is lost with it.
            if direction.wire.cut:
                direction.wire.refused += 1
                continue
            try:
                os.write(direction.out, frame)
                direction.wire.carried += 1
            except OSError:
                # The device is down or its queue is full: a line that nobody takes from.
                direction.wire.refused += 1

    def read_orders(self):
        """False at the end of the input."""
        try:
            chunk = os.read(0, FRAME_BYTES_MAX)
        except BlockingIOError:
            return True
        *lines, self.orders = (self.orders + chunk).split(b"\n")
        for line in lines:
            try:
                say({"ok": self.obey(json.loads(line))})
            except Exception as fault:  # whatever it is, whoever ordered must hear of it
                say({"fault": f"{type(fault).__name__}: {fault}"})
        return chunk != b""

    def obey(self, order):
        if order["op"] == "wire":
            self.lay(order)
            return None
        wire = self.wires[order["name"]]
        if order["op"] == "set":
            wire.set(order)
        elif order["op"] != "counts":
            raise ValueError(f"no such order: {order['op']}")
        return {"carried": wire.carried, "lost": wire.lost, "refused": wire.refused}

    def lay(self, order):
        wire = self.wires[order["name"]] = Wire(order)
        one, other = (tap_in(namespace, device) for namespace, device in order["ends"])
        for number, (source, out) in enumerate([(one, other), (other, one)]):
            self.directions[source] = Direction(wire, out, f"{order['seed']} {order['name']} {number}")
            self.poll.register(source, select.EPOLLIN)


def tap_in(namespace, device):
    """A TAP device in a namespace: it belongs to the namespace that the process is in when it opens the file."""
    own = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    there = os.open(f"{NETNS}/{namespace}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter(there)
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TAP_NO_PI))
        return descriptor
    finally:
        enter(own)
        os.close(there)
        os.close(own)


def enter(namespace):
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), f"setns: {os.strerror(ctypes.get_errno())}")


def take_down(belongs):
    """Ends what runs in every namespace that `belongs`, then removes it."""
    for name in os.listdir(NETNS) if os.path.isdir(NETNS) else []:
        if not belongs(name):
            continue
        inside = subprocess.run(["ip", "netns", "pids", name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for pid in inside.stdout.split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)


def is_orphan(name):
    """Whether a namespace belongs to a lab whose keeper is gone."""
    pid = name[len(FAMILY) :].split("-")[0]
    if not name.startswith(FAMILY) or not pid.isdigit():
        return False
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as command:
            return b"keeper.py" not in command.read()
    except FileNotFoundError:
        return True


def say(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main():
    # Ctrl-C reaches the whole foreground group. The parent ends its nodes in order, and then this process by its input.
    for name in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    take_down(is_orphan)
    try:
        Keeper().run()
    except BrokenPipeError:
        pass
    finally:
        take_down(lambda name: name.startswith(PREFIX))


main()
