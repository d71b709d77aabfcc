//! The keys that stored payment methods lie under, as far as this process can open them. Those of sellers with a pass-phrase
//! are in memory only, for a time; nothing else is remembered from one look to the next.

use crate::encryption::data_key::DataKey;
use crate::encryption::{REENCRYPT, storing_is_off};
use crate::kernel::call::{Actor, Ctx};
use crate::payment_methods::owner;
use crate::todos::{Todo, raise};
use comptoir_db::encryption::{self, EncryptionKeyRow, EncryptionRow};
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_db::{Db, Outcome, Scope};
use comptoir_domain::encryption::{EncryptionMode, KeyState, Wrapping};
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{Instant, SellerId};
use secrecy::SecretString;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The keyring of a house.
#[derive(Clone)]
pub struct Keyring(Arc<Ring>);

struct Ring {
    /// What follows from the master key for this purpose.
    house: DataKey,
    memory: Mutex<Memory>,
}

/// What this process was told, and until when it holds.
#[derive(Default)]
struct Memory {
    /// By the pass-phrases of sellers: the key and its version.
    keys: HashMap<SellerId, (i32, DataKey, Instant)>,
    /// By whom a PIN was entered.
    people: HashMap<(SellerId, String), Instant>,
}

/// What a look at a stored method finds.
pub enum Held {
    /// What was sealed.
    Open(SecretString),
    /// The pass-phrase has to be given first.
    Locked,
    /// It does not open with any key that is here.
    Unreadable,
}

/// The keys of a seller that are at hand.
pub struct Keys {
    /// How the seller keeps them.
    pub row: EncryptionRow,
    house: DataKey,
    by_version: BTreeMap<i32, DataKey>,
}

impl Keyring {
    /// With what follows from the master key.
    pub fn new(house: [u8; 32]) -> Self {
        Self(Arc::new(Ring { house: house.into(), memory: Mutex::default() }))
    }

    /// What wraps the keys of sellers who have the house keep them, and seals what waits for a better key.
    pub fn house(&self) -> &DataKey {
        &self.0.house
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the key that a pass-phrase has opened.
    pub fn unlock(&self, seller: SellerId, key_version: i32, key: DataKey, until: Instant) {
        self.memory().keys.insert(seller, (key_version, key, until));
    }

    /// Until when the key of that version is unlocked here.
    pub fn unlocked_until(&self, seller: SellerId, key_version: i32, now: Instant) -> Option<Instant> {
        let memory = self.memory();
        let (version, _, until) = memory.keys.get(&seller)?;
        (*version == key_version && now < *until).then_some(*until)
    }

    fn unlocked(&self, seller: SellerId, key_version: i32, now: Instant) -> Option<DataKey> {
        let mut memory = self.memory();
        memory.keys.retain(|_, (_, _, until)| now < *until);
        let (version, key, _) = memory.keys.get(&seller)?;
        (*version == key_version).then(|| key.clone())
    }

    /// Someone has entered the PIN.
    pub fn trust(&self, seller: SellerId, who: &Actor, until: Instant) {
        self.memory().people.insert((seller, who.words().1), until);
    }

    /// Until when someone need not enter the PIN again.
    pub fn trusted_until(&self, seller: SellerId, who: &Actor, now: Instant) -> Option<Instant> {
        let mut memory = self.memory();
        memory.people.retain(|_, until| now < *until);
        memory.people.get(&(seller, who.words().1)).copied()
    }

    /// Forgets whatever this process was told about a seller.
    pub fn lock_up(&self, seller: SellerId) {
        let mut memory = self.memory();
        memory.keys.remove(&seller);
        memory.people.retain(|(whose, _), _| *whose != seller);
    }

    /// The keys of a seller, as far as they open here and now.
    pub fn keys(&self, db: &mut Db, scope: Scope, now: Instant) -> Outcome<Keys> {
        let row = encryption::read(db, scope)?;
        self.open(db, scope, row, now)
    }

    /// The same, kept from changing until the transaction ends.
    pub fn lock(&self, tx: &mut Db, scope: Scope, now: Instant) -> Outcome<Keys> {
        let row = encryption::lock(tx, scope)?;
        self.open(tx, scope, row, now)
    }

    fn open(&self, db: &mut Db, scope: Scope, row: EncryptionRow, now: Instant) -> Outcome<Keys> {
        let mut keys = Keys { row, house: self.0.house.clone(), by_version: BTreeMap::new() };
        if keys.row.key_version > 0 {
            let newest = self.unlocked(scope.seller(), keys.row.key_version, now);
            keys.open_all(&encryption::keys(db, scope)?, newest);
        }
        Ok(keys)
    }

    /// Seals what is to be charged later into the row of its method, under the seller's newest key. While that is locked or
    /// lost, under the house's: what has come in is not lost, and a to-do says that it waits for the better key.
    pub fn seal(&self, tx: &mut Db, ctx: &Ctx, row: &mut PaymentMethodRow, secret: &[u8]) -> Outcome<()> {
        let mut keys = self.lock(tx, ctx.scope, ctx.machine_now)?;
        if keys.row.mode == EncryptionMode::Off {
            return Err(storing_is_off("").into());
        }
        if keys.row.key_version == 0 {
            keys.begin(tx, ctx)?;
        }
        row.key_version = if keys.state() == KeyState::Ready { keys.row.key_version } else { 0 };
        let key = keys.by_version.get(&row.key_version).unwrap_or(&keys.house);
        row.token_sealed = key.seal(&owner(row.client_id, &row.gateway), secret)?;
        if row.key_version == 0 {
            raise(tx, ctx.scope, ctx.now, reencryption(keys.state()))?;
        }
        Ok(())
    }
}

/// What a person has to do about what has come in while the key was not at hand.
fn reencryption(state: KeyState) -> Todo {
    let next = match state {
        KeyState::Lost => "The key does not open any more: POST /v1/encryption/key/restore takes its two shares.",
        KeyState::Locked | KeyState::Ready => "POST /v1/encryption/unlock with the pass-phrase does it.",
    };
    Todo {
        unique_key: REENCRYPT.into(),
        kind: TodoKind::ReencryptionNeeded,
        title: "New payment methods are to be encrypted with your key".into(),
        detail: format!("They came in while it was not at hand, and lie under the key of the house meanwhile. {next}"),
        subject_id: String::new(),
    }
}

impl Keys {
    /// The newest key, as it was opened elsewhere or by the house, opens the one before it, and so on.
    fn open_all(&mut self, rows: &[EncryptionKeyRow], newest: Option<DataKey>) {
        let (seller, mut successor) = (self.row.seller_id, newest);
        for row in rows {
            let opened = match row.wrapping {
                Wrapping::House => self.house.unwrap(&row.wrapped, seller, row.key_version),
                Wrapping::PassPhrase => successor,
                Wrapping::Successor => successor.and_then(|key| key.unwrap(&row.wrapped, seller, row.key_version)),
            };
            let Some(key) = opened else { return };
            self.by_version.insert(row.key_version, key.clone());
            successor = Some(key);
        }
    }

    /// Makes the first key of a seller who has settled nothing.
    pub fn begin(&mut self, tx: &mut Db, ctx: &Ctx) -> Outcome<()> {
        let key = DataKey::fresh();
        self.row.key_version = 1;
        let row = EncryptionKeyRow {
            seller_id: self.row.seller_id,
            key_version: 1,
            wrapping: Wrapping::House,
            wrapped: self.house.wrap(&key, self.row.seller_id, 1)?,
            stretching: None,
            fingerprint: key.fingerprint(),
            created_at: ctx.now,
        };
        encryption::insert_key(tx, &row)?;
        encryption::save(tx, &mut self.row)?;
        self.by_version.insert(1, key);
        Ok(())
    }

    /// With a key that was opened just now, for this look alone.
    pub fn with(mut self, key_version: i32, key: Option<DataKey>) -> Self {
        if let Some(key) = key {
            self.by_version.insert(key_version, key);
        }
        self
    }

    /// The newest key, if it is at hand.
    pub fn newest(&self) -> Option<&DataKey> {
        self.by_version.get(&self.row.key_version)
    }

    /// Whether what is stored can be used now.
    pub fn state(&self) -> KeyState {
        match self.row.mode {
            EncryptionMode::Off => KeyState::Ready,
            _ if self.row.key_version == 0 || self.newest().is_some() => KeyState::Ready,
            EncryptionMode::PassPhrase => KeyState::Locked,
            EncryptionMode::House => KeyState::Lost,
        }
    }

    /// What is sealed in the row of a method. Behind a pass-phrase all is locked or nothing.
    pub fn look(&self, row: &PaymentMethodRow) -> Held {
        if self.state() == KeyState::Locked {
            return Held::Locked;
        }
        self.secret(row).map_or(Held::Unreadable, Held::Open)
    }

    fn secret(&self, row: &PaymentMethodRow) -> Option<SecretString> {
        let key = if row.key_version == 0 { &self.house } else { self.by_version.get(&row.key_version)? };
        let bytes = key.open(&owner(row.client_id, &row.gateway), &row.token_sealed)?;
        String::from_utf8(bytes).ok().map(SecretString::from)
    }
}
