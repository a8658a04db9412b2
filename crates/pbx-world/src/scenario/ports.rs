use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Where a site's listeners listen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ports {
    /// Written `0`: each on a port that is free.
    #[default]
    Free,
    /// Written `{ ssh = 2201 }`: by listener id; 0, and a listener that is not named, gets a port that is free.
    Fixed(BTreeMap<String, u16>),
}

impl<'de> Deserialize<'de> for Ports {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(PortsVisitor)
    }
}

struct PortsVisitor;

impl<'de> Visitor<'de> for PortsVisitor {
    type Value = Ports;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0, or the port of each listener such as { ssh = 2201 }")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Ports, E> {
        if number == 0 {
            Ok(Ports::Free)
        } else {
            Err(E::invalid_value(serde::de::Unexpected::Signed(number), &self))
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ports, A::Error> {
        let mut ports = BTreeMap::new();
        while let Some((listener, port)) = map.next_entry()? {
            ports.insert(listener, port);
        }
        Ok(Ports::Fixed(ports))
    }
}
