//! Holds a reader to what is asked of all: no panic, a second, some memory, the same answer for the same input.

use cpu_time::ProcessTime;
use fastrand::Rng;
use peak_alloc::PeakAlloc;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What the usual run has.
const USUAL_SEED: u64 = 2026;
const USUAL_CASES: u64 = 256;

/// How much of the processor an input may take, in all threads. The clock on the wall would measure what else the machine does.
const MOST_TIME: Duration = Duration::from_secs(1);

/// What comes back later than that, by the clock on the wall, does not come back.
const FOR_EVER: Duration = Duration::from_secs(120);

/// How much memory an input may take, and for each of its bytes: trees of what is read are larger than that.
const MOST_MEMORY: usize = 64 * 1024 * 1024;
const FOR_A_BYTE: usize = 200;

/// One test at a time: the memory is that of all.
static TURN: Mutex<()> = Mutex::new(());

/// Waits until nothing else is going on; until the answer is dropped nothing will be.
pub fn alone() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a reader makes of an input.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// It was read; what it means.
    Accepted(String),
    /// It was refused; how.
    Refused(String),
}

impl Said {
    /// Of what a port answers.
    pub fn of<T: std::fmt::Debug, E: std::fmt::Debug>(answer: Result<T, E>) -> Self {
        match answer {
            Ok(read) => Said::Accepted(format!("{read:?}")),
            Err(error) => Said::Refused(format!("{error:?}")),
        }
    }
}

/// The seed of this run.
fn seed() -> u64 {
    let given = std::env::var("COMPTOIR_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let new = || std::env::var("COMPTOIR_TEST_LONG").is_ok().then(|| Rng::new().u64(..));
    given.or_else(new).unwrap_or(USUAL_SEED)
}

/// How many inputs a reader gets that gets so many in a usual run.
fn cases(usual: u64) -> u64 {
    let given = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    (usual.saturating_mul(given.unwrap_or(USUAL_CASES)) / USUAL_CASES).max(1)
}

fn note(reader: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/fuzz");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(reader)
}

/// Holds a reader to inputs that are made by chance: `usual` of them, more or fewer if the environment says so. The reader gets
/// each input twice. Counts how many it has accepted, because one that refuses everything is held to nothing.
pub fn hold<I>(
    reader: &str,
    usual: u64,
    mut make: impl FnMut(&mut Rng) -> I,
    bytes: impl Fn(&I) -> Vec<u8>,
    mut read: impl FnMut(&I) -> Said,
) {
    let (seed, cases, note) = (seed(), cases(usual), note(reader));
    let watch = Watch::new(reader);
    let (mut accepted, began) = (0_u64, Instant::now());
    let own = reader.bytes().fold(seed, |all, byte| all.wrapping_mul(31).wrapping_add(byte.into()));
    for case in 0..cases {
        let input = make(&mut Rng::with_seed(own.wrapping_add(case)));
        let written = bytes(&input);
        std::fs::write(&note, &written).unwrap();
        watch.begins();
        let fault = held(&input, written.len(), &mut read)
            .map(|said| accepted += u64::from(matches!(said, Said::Accepted(_))))
            .err();
        watch.ends();
        if let Some(fault) = fault {
            panic!("{reader}, input {case} of COMPTOIR_TEST_SEED={seed}: {fault}; it stands in target/fuzz/{reader}");
        }
    }
    println!("{reader}: {accepted} of {cases} accepted in {:?}, COMPTOIR_TEST_SEED={seed}", began.elapsed());
    assert!(accepted > 0 || cases < usual, "{reader} accepts nothing: its inputs are no test");
}

fn held<I>(input: &I, length: usize, read: &mut impl FnMut(&I) -> Said) -> Result<Said, String> {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let clock = ProcessTime::now();
    let mut caught = || catch_unwind(AssertUnwindSafe(|| read(input))).map_err(|_| "it panics".to_string());
    let said = caught()?;
    let (took, peak) = (clock.elapsed(), MEMORY.peak_usage().saturating_sub(before));
    if took > MOST_TIME {
        return Err(format!("{length} bytes take {took:?}"));
    }
    if peak > MOST_MEMORY + FOR_A_BYTE * length {
        return Err(format!("{length} bytes take {peak} bytes of memory"));
    }
    let again = caught()?;
    if said == again { Ok(said) } else { Err(format!("once {said:?}, then {again:?}")) }
}

/// Ends the process if a reader does not come back: nothing else can.
struct Watch {
    since: &'static AtomicU64,
    began: Instant,
}

impl Watch {
    fn new(reader: &str) -> Self {
        let watch = Self { since: Box::leak(Box::new(AtomicU64::new(0))), began: Instant::now() };
        let (since, began, reader) = (watch.since, watch.began, reader.to_string());
        std::thread::spawn(move || {
            while since.load(Ordering::Relaxed) != u64::MAX {
                std::thread::sleep(Duration::from_millis(500));
                let at = since.load(Ordering::Relaxed);
                if at != 0 && at != u64::MAX && began.elapsed() > Duration::from_millis(at) + FOR_EVER {
                    eprintln!("{reader} does not come back from what stands in target/fuzz/{reader}");
                    std::process::abort();
                }
            }
        });
        watch
    }

    fn begins(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap();
        self.since.store(now.max(1), Ordering::Relaxed);
    }

    fn ends(&self) {
        self.since.store(0, Ordering::Relaxed);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.since.store(u64::MAX, Ordering::Relaxed);
    }
}

mod tests {
    use super::*;

    fn fault(read: impl FnMut(&u8) -> Said) -> String {
        let mut read = read;
        held(&0, 1, &mut read).unwrap_err()
    }

    /// A watch that sees nothing would be worse than none.
    #[test]
    fn what_is_wrong_is_seen() {
        let _turn = alone();
        let mut calls = 0;
        let different = fault(|_| {
            calls += 1;
            Said::Accepted(calls.to_string())
        });
        assert!(different.starts_with("once"), "{different}");
        assert_eq!(fault(|_| panic!("on purpose")), "it panics");
        let memory = fault(|_| Said::Accepted(format!("{}", vec![1_u8; MOST_MEMORY + 10_000].len())));
        assert!(memory.contains("of memory"), "{memory}");
        let time = fault(|_| {
            let clock = ProcessTime::now();
            while clock.elapsed() < MOST_TIME {}
            Said::Refused(String::new())
        });
        assert!(time.contains("take"), "{time}");
        assert_eq!(held(&0, 1, &mut |_| Said::Refused("no".into())), Ok(Said::Refused("no".into())));
    }
}
