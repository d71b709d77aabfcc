//! What is measured: time on the processor, time on the wall, memory.

use std::time::{Duration, Instant};

/// Begun when made.
pub struct Meter {
    began: Instant,
    cpu: Duration,
    postgres: bool,
}

/// What something took.
#[derive(Clone, Copy)]
pub struct Spent {
    pub cpu: Duration,
    pub wall: Duration,
}

impl Meter {
    /// Measures this process, and every PostgreSQL on this machine if that does the work.
    pub fn start(postgres: bool) -> Self {
        Self { began: Instant::now(), cpu: cpu(postgres), postgres }
    }

    pub fn stop(self) -> Spent {
        Spent { cpu: cpu(self.postgres) - self.cpu, wall: self.began.elapsed() }
    }
}

fn cpu(postgres: bool) -> Duration {
    let own = std::process::id();
    let others = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let pids = others.filter(|pid: &u32| *pid == own || (postgres && name(*pid).starts_with("postgres")));
    pids.filter_map(cpu_of).sum()
}

fn name(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default()
}

/// User and system time of a process and of its children that have ended (proc(5): fields 14 to 17, in hundredths).
fn cpu_of(pid: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 = fields.split_whitespace().skip(11).take(4).map(|field| field.parse::<u64>().unwrap()).sum();
    Some(Duration::from_millis(ticks * 10))
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
