//! What is used of disk space and traffic (HST-02), what follows when it is too much (SUB-12) and what is charged for it
//! (CAT-06).
//!
//! Use is counted by the months of a subscription: its anchor and n months, clamped like its periods; the first
//! one begins when the subscription does. The limits of the
//! guide are for a month, whatever the billing cycle is.

mod notices;
mod overuse;
mod owed;
mod prices;
mod report;

pub use notices::{Recipients, UsageSettings};
pub use overuse::{Overuse, OveruseNotice, Reported, Used, in_use, overuse};
pub use owed::{Charge, Record, Terms, begun_units, charges, limit, recorded_at_most, standing, used};
pub use prices::check_overuse_price;
pub use report::{Lifetime, Report, counted_in};

text_enum! {
    /// What is used: the hosting property that limits it.
    pub enum Resource {
        /// Bytes on disk.
        DiskSpace = "disk_space",
        /// Bytes sent in a month.
        Traffic = "traffic",
    }
}

/// How the reports of a month become one number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gathering {
    /// What flows adds up.
    Sum,
    /// What lies there is counted where it was most: the limit holds on every day, and no later report makes it less.
    Peak,
}

impl Resource {
    /// The property that is its soft quota, and how it is gathered.
    const fn row(self) -> (&'static str, Gathering) {
        match self {
            Self::DiskSpace => ("notify_disk_at", Gathering::Peak),
            Self::Traffic => ("notify_traffic_at", Gathering::Sum),
        }
    }

    /// The property at which notice is given.
    pub const fn soft_quota(self) -> &'static str {
        self.row().0
    }

    /// How the reports of a month become one number.
    pub const fn gathering(self) -> Gathering {
        self.row().1
    }
}
