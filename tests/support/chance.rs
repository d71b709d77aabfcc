//! Random choices that can be had again: a test prints its seed, `COMPTOIR_TEST_SEED` repeats it.

use comptoir_app::Clock;
use std::io::Write;
use std::time::Duration;

/// What the usual run has.
const USUAL: u64 = 2026;

/// A source of choices.
#[derive(Clone)]
pub struct Chance(fastrand::Rng);

impl Chance {
    /// With the seed of the environment, or the same in every run; with `--long` a new one. Says which.
    pub fn same() -> Self {
        if std::env::var("COMPTOIR_TEST_SEED").is_ok() || std::env::var("COMPTOIR_TEST_LONG").is_ok() {
            return Self::new();
        }
        tell(&format!("COMPTOIR_TEST_SEED={USUAL}"));
        Self(fastrand::Rng::with_seed(USUAL))
    }

    /// With the seed of the environment, or with a new one; says which.
    pub fn new() -> Self {
        let given = std::env::var("COMPTOIR_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| {
            u64::from(std::process::id()) << 20 | u64::try_from(Clock::System.now().micros() % 1_000_000).unwrap()
        });
        tell(&format!("COMPTOIR_TEST_SEED={seed}"));
        Self(fastrand::Rng::with_seed(seed))
    }

    /// A source of its own, for someone whose choices do not depend on those of others.
    pub fn fork(&mut self) -> Self {
        Self(self.0.fork())
    }

    /// Less than a number.
    pub fn below(&mut self, most: u64) -> u64 {
        self.0.u64(..most)
    }

    /// Less than a duration.
    pub fn before(&mut self, most: Duration) -> Duration {
        Duration::from_nanos(self.below(u64::try_from(most.as_nanos()).unwrap().max(1)))
    }

    /// Yes so many times out of a hundred.
    pub fn perhaps(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of some.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        self.0.choice(of)
    }
}

/// Says something beside the name of the test, also when it passes, in one piece.
pub fn tell(text: &str) {
    let name = std::thread::current().name().unwrap_or_default().to_string();
    std::io::stderr().lock().write_all(format!("{name}: {text}\n").as_bytes()).unwrap();
}
