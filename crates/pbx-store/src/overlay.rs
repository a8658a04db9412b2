use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// A row's new value, shared by the overlay and the queue; `None` removes the row.
pub(crate) type Value = Option<Arc<[u8]>>;

/// A key of the store and the value it has.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// The writes that views see and the disk does not hold yet.
#[derive(Default)]
pub(crate) struct Overlay {
    entries: BTreeMap<Vec<u8>, (u64, Value)>,
}

impl Overlay {
    /// Lays the write of batch `sequence` over whatever was there.
    pub(crate) fn put(&mut self, key: Vec<u8>, sequence: u64, value: Value) {
        self.entries.insert(key, (sequence, value));
    }

    /// Drops the entry of `key`, now durable up to `sequence`, unless a later batch wrote it again.
    pub(crate) fn settle(&mut self, key: &[u8], sequence: u64) {
        if self.entries.get(key).is_some_and(|(newest, _)| *newest <= sequence) {
            self.entries.remove(key);
        }
    }

    /// Takes everything back.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// What is pending for `key`: nothing, a removal or a value.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Value> {
        self.entries.get(key).map(|(_, value)| value.clone())
    }

    /// At most `limit` rows of `durable` with the overlay applied, in key order, from `from` to before `until`.
    pub(crate) fn merge<E>(
        &self,
        durable: impl Iterator<Item = Result<Pair, E>>,
        from: Bound<&[u8]>,
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, E> {
        let mut rows = Vec::new();
        let mut pending = self.entries.range::<[u8], _>((from, Bound::Excluded(until))).peekable();
        let mut durable = durable.peekable();
        while rows.len() < limit {
            let pending_first = match (pending.peek(), durable.peek()) {
                (None, None) => break,
                (Some((key, _)), Some(Ok((held, _)))) => *key <= held,
                (Some(_), None) => true,
                (_, Some(_)) => false,
            };
            if pending_first {
                let Some((key, (_, value))) = pending.next() else { break };
                durable.next_if(|held| matches!(held, Ok((held, _)) if held == key));
                rows.extend(value.as_ref().map(|value| (key.clone(), value.to_vec())));
            } else {
                rows.extend(durable.next().transpose()?);
            }
        }
        Ok(rows)
    }
}
