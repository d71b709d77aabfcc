//! What is known of clients that rules may ask for.

use crate::schema::client_properties;
use comptoir_domain::ClientId;
use comptoir_domain::named_values::NamedValue;
use diesel::prelude::*;

named_values!(client_properties, client_id: ClientId);
