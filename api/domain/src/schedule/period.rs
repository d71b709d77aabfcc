//! A span of civil days, half-open: `to` is the first day after it.

use chrono::NaiveDate;

/// From a day up to, but not including, another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The first day after the last.
    pub to: NaiveDate,
}

impl Period {
    /// How many days it has; none if it ends before it begins.
    pub fn days(self) -> u32 {
        u32::try_from((self.to - self.from).num_days()).unwrap_or(0)
    }

    /// Whether no day lies in it.
    pub fn is_empty(self) -> bool {
        self.from >= self.to
    }

    /// Whether a day lies in it.
    pub fn holds(self, date: NaiveDate) -> bool {
        self.from <= date && date < self.to
    }

    /// The days that lie in both; empty (but not negative) if there are none.
    pub fn within(self, other: Self) -> Self {
        let from = self.from.max(other.from);
        Self { from, to: self.to.min(other.to).max(from) }
    }
}

impl std::fmt::Debug for Period {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}..{}", self.from, self.to)
    }
}
