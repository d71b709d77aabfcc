//! How the keeping of the key looks, and what is typed about it.

use comptoir_db::encryption::{EncryptionRow, EncryptionShareRow};
use comptoir_domain::encryption::{EncryptionMode, KeyState};
use comptoir_domain::{AdministratorId, Check, Instant};

/// A PIN or a pass-phrase as someone has typed it. It is written nowhere.
#[derive(Clone, serde::Deserialize)]
#[serde(transparent)]
pub struct Typed(String);

/// Nothing of it.
impl std::fmt::Debug for Typed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Typed(…)")
    }
}

impl Typed {
    /// What was typed.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The same, to be hashed elsewhere.
    pub fn into_text(self) -> String {
        self.0
    }
}

/// How long what was entered holds, if nothing else is said.
pub(super) const fn an_hour() -> u16 {
    60
}

/// Notes a time that is too long.
pub(super) fn check_minutes(check: &mut Check, minutes: u16) {
    check.ensure((1..=720).contains(&minutes), "/minutes", "out_of_range", "from 1 to 720 minutes");
}

/// How a seller's key is kept.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EncryptionView {
    /// By whom.
    pub mode: EncryptionMode,
    /// Whether what is stored can be used now, by the process that answers.
    pub state: KeyState,
    /// Which key new data is sealed under; 0 before there is one.
    #[schema(minimum = 0)]
    pub key_version: i32,
    /// Whether there is a PIN.
    pub has_pin: bool,
    /// Until when the pass-phrase, or your PIN, need not be entered again with this process.
    pub unlocked_until: Option<Instant>,
    /// Until when neither is taken, because too many were wrong.
    pub blocked_until: Option<Instant>,
    /// Who has, or is to have, half of the key.
    pub shares: Vec<EncryptionShareStatus>,
    /// How many methods are sealed under which key.
    pub methods: Vec<EncryptedMethods>,
}

/// Half of a key, and who has it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EncryptionShareStatus {
    /// Which half.
    #[schema(minimum = 1, maximum = 2)]
    pub number: i32,
    /// Of which key.
    pub key_version: i32,
    /// Whose.
    pub administrator_id: AdministratorId,
    /// When it was taken; nothing as long as it waits.
    pub taken_at: Option<Instant>,
    /// Whether it was given back to restore the key, and the other half is waited for.
    pub is_returned: bool,
}

/// The methods under one key.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EncryptedMethods {
    /// Which key; 0 is the house's own.
    #[schema(minimum = 0)]
    pub key_version: i32,
    /// How many.
    #[schema(minimum = 0)]
    pub count: i64,
}

impl EncryptionView {
    /// Of what is stored, and of what this process knows.
    pub(super) fn new(
        row: &EncryptionRow,
        state: KeyState,
        unlocked_until: Option<Instant>,
        shares: Vec<EncryptionShareRow>,
        methods: impl IntoIterator<Item = (i32, i64)>,
    ) -> Self {
        let share = |row: EncryptionShareRow| EncryptionShareStatus {
            number: row.number,
            key_version: row.key_version,
            administrator_id: row.administrator_id,
            taken_at: row.taken_at,
            is_returned: row.returned_sealed.is_some(),
        };
        Self {
            mode: row.mode,
            state,
            key_version: row.key_version,
            has_pin: row.pin_hash.is_some(),
            unlocked_until,
            blocked_until: row.blocked_until,
            shares: shares.into_iter().map(share).collect(),
            methods: methods.into_iter().map(|(key_version, count)| EncryptedMethods { key_version, count }).collect(),
        }
    }
}
