"""What the kernel tells about the machine, a process, and files."""

import os


def machine():
    with open("/proc/cpuinfo") as file:
        text = file.read()
    model = next((line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name")), "unknown CPU")
    flags = next((line.split() for line in text.splitlines() if line.startswith("flags")), [])
    vectors = "AVX-512" if "avx512vbmi" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{model} ({vectors}), {os.cpu_count()} CPUs, {memory:.0f} GiB"


def tree_bytes(directory):
    total = 0
    for folder, _, files in os.walk(directory):
        for name in files:
            try:
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512
            except OSError:
                pass
    return total


class Process:
    """Counters that the kernel keeps of a process."""

    @staticmethod
    def number(pid, file, label):
        with open(f"/proc/{pid}/{file}") as lines:
            for line in lines:
                if line.startswith(label):
                    return int(line.split()[1])
        return 0

    def peak_rss(self):
        """The most memory held since the last `reset_peak`, in bytes."""
        return self.number(self.pid, "status", "VmHWM:") * 1024

    def reset_peak(self):
        with open(f"/proc/{self.pid}/clear_refs", "w") as file:
            file.write("5")

    def bytes_read(self):
        """What the process has read by read calls, from the page cache or the disk: files, and a few bytes of queries."""
        return self.number(self.pid, "io", "rchar:")
