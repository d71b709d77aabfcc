//! Services whose answers are changed on their way.

use crate::change::{Soil, change};
use comptoir_simulators::shell::{Asked, Said, Service};
use fastrand::Rng;

/// A service that says the same to everybody.
pub struct Parrot(pub Said);

impl Default for Parrot {
    fn default() -> Self {
        Self(Said::text(200, "text/plain", ""))
    }
}

impl Service for Parrot {
    fn answer(&mut self, _: &Asked) -> Said {
        self.0.clone()
    }
}

/// A simulator with a bad line: one of its next answers is changed.
pub struct Garbled<S> {
    pub inner: S,
    /// Which of the next answers, and the seed of its changes.
    pub next: Option<(u8, u64)>,
    pub marks: &'static [&'static str],
    /// How many answers were changed, and the last of them.
    pub changed: u64,
    pub last: Vec<u8>,
    /// Answers of before, to take from.
    pub seeds: Vec<Vec<u8>>,
}

/// Enough to take from.
const MOST_SEEDS: usize = 40;

/// What a service in trouble may say instead.
const STATUSES: &[u16] = &[200, 201, 204, 302, 400, 401, 402, 403, 404, 409, 422, 429, 500, 503];

impl<S> Garbled<S> {
    pub fn new(inner: S, marks: &'static [&'static str]) -> Self {
        Self { inner, next: None, marks, changed: 0, last: Vec::new(), seeds: Vec::new() }
    }

    fn garble(&mut self, mut said: Said, seed: u64) -> Said {
        let mut chance = Rng::with_seed(seed);
        let seeds = [self.seeds.as_slice(), &[said.body.clone()]].concat();
        let soil = Soil { seeds: &seeds, marks: self.marks };
        // some answers are a header
        for (_, value) in said.headers.iter_mut().filter(|(name, _)| *name == "location") {
            let text = change(&mut chance, value.clone().into_bytes(), &soil);
            *value = text.into_iter().filter(u8::is_ascii_graphic).take(8_000).map(char::from).collect();
        }
        said.body = change(&mut chance, said.body, &soil);
        if chance.u8(..8) == 0 {
            said.status = *chance.choice(STATUSES).unwrap();
        }
        self.changed += 1;
        self.last.clone_from(&said.body);
        said
    }
}

impl<S: Service> Service for Garbled<S> {
    fn answer(&mut self, asked: &Asked) -> Said {
        let said = self.inner.answer(asked);
        match self.next {
            Some((0, seed)) => {
                self.next = None;
                self.garble(said, seed)
            }
            Some((left, seed)) => {
                self.next = Some((left - 1, seed));
                said
            }
            None => {
                if self.seeds.len() < MOST_SEEDS && !self.seeds.contains(&said.body) {
                    self.seeds.push(said.body.clone());
                }
                said
            }
        }
    }
}
