//! What all capabilities share: who calls ([`call`]), what comes in ([`body`], [`query`], [`path`], [`precondition`]),
//! what goes out ([`reply`], [`problem`]), once only ([`idempotency`]), and the house itself ([`state`], [`clock`], [`keys`]).

pub mod body;
pub mod call;
pub mod clock;
pub mod desk;
pub mod documentation;
pub mod idempotency;
pub mod keys;
pub mod limits;
pub mod metrics;
pub mod middleware;
pub mod passwords;
pub mod patch;
pub mod path;
pub mod precondition;
pub mod problem;
pub mod query;
pub mod reply;
pub mod routes;
pub mod seal;
pub mod state;
pub mod tokens;

pub use body::Body;
pub use call::{Actor, Call, Ctx, Visitor};
pub use clock::Clock;
pub use desk::Desk;
pub use patch::{Change, Nullable};
pub use path::Id;
pub use precondition::IfMatch;
pub use problem::ApiError;
pub use query::{List, Query};
pub use reply::Reply;
pub use state::{AppState, MailRoute, PanelRoute, Settings, VatRoute};

/// What a handler returns.
pub type Answer = Result<Reply, ApiError>;
