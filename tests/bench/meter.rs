//! What is measured: time on the processor, time on the wall, memory.

use std::time::{Duration, Instant};

/// Begun when made.
pub struct Meter {
    began: Instant,
    cpu: Duration,
    server: Option<u32>,
}

/// What something took.
#[derive(Clone, Copy)]
pub struct Spent {
    pub cpu: Duration,
    pub wall: Duration,
}

impl Meter {
    /// Measures this process, and the database server that works for it, if there is one.
    pub fn start(server: Option<u32>) -> Self {
        Self { began: Instant::now(), cpu: cpu(server), server }
    }

    pub fn stop(self) -> Spent {
        Spent { cpu: cpu(self.server) - self.cpu, wall: self.began.elapsed() }
    }
}

/// The PostgreSQL that listens on a port.
pub fn server_on(port: &str) -> u32 {
    let listens = |pid: &u32| {
        let words = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words: Vec<_> = words.split('\0').collect();
        words[0].ends_with("/postgres") && words.windows(2).any(|pair| pair == ["-p", port])
    };
    processes().find(listens).expect("the PostgreSQL of this run")
}

fn processes() -> impl Iterator<Item = u32> {
    std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn cpu(server: Option<u32>) -> Duration {
    let own = stat(std::process::id()).unwrap().1;
    let Some(server) = server else { return own };
    let theirs = processes().filter_map(|pid| Some((pid, stat(pid)?)));
    own + theirs
        .filter(|(pid, (parent, _))| *pid == server || *parent == server)
        .map(|(_, (_, cpu))| cpu)
        .sum::<Duration>()
}

/// The parent of a process, and the user and system time of it and of its children that have ended (proc(5): fields 4 and 14
/// to 17, in hundredths).
fn stat(pid: u32) -> Option<(u32, Duration)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields[11..15].iter().map(|field| field.parse::<u64>().unwrap()).sum();
    Some((fields[1].parse().unwrap(), Duration::from_millis(ticks * 10)))
}

/// The time on the processor that a process has used so far.
pub fn used_by(pid: u32) -> Duration {
    stat(pid).unwrap().1
}

/// What a process holds in memory, in megabytes.
pub fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

/// The value below which `share` per cent of the times lie.
pub fn percentile(times: &mut [Duration], share: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * share / 100).min(times.len() - 1)]
}
