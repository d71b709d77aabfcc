//! What programs keep with subscriptions.

use crate::schema::subscription_properties;
use comptoir_domain::SubscriptionId;
use comptoir_domain::named_values::NamedValue;
use diesel::prelude::*;

named_values!(subscription_properties, subscription_id: SubscriptionId);
