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
    /// The contents of blobs whose rows are in `entries`.
    contents: BTreeMap<Vec<u8>, Arc<[u8]>>,
}

impl Overlay {
    /// Lays the write of batch `sequence` over whatever was there.
    pub(crate) fn put(&mut self, key: Vec<u8>, sequence: u64, value: Value) {
        self.entries.insert(key, (sequence, value));
    }

    /// Holds the content of the blob whose row is `key`.
    pub(crate) fn put_blob(&mut self, key: Vec<u8>, content: Option<Arc<[u8]>>) {
        match content {
            Some(content) => drop(self.contents.insert(key, content)),
            None => drop(self.contents.remove(&key)),
        }
    }

    /// Drops the entry of `key`, now durable up to `sequence`, unless a later batch wrote it again.
    pub(crate) fn settle(&mut self, key: &[u8], sequence: u64) {
        if self.entries.get(key).is_some_and(|(newest, _)| *newest <= sequence) {
            self.entries.remove(key);
            self.contents.remove(key);
        }
    }

    /// Takes everything back.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.contents.clear();
    }

    /// What is pending for `key`: nothing, a removal or a value.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Value> {
        self.entries.get(key).map(|(_, value)| value.clone())
    }

    /// What is pending for the blob whose row is `key`: nothing, a removal or its content.
    pub(crate) fn blob(&self, key: &[u8]) -> Option<Value> {
        self.entries.get(key).map(|_| self.contents.get(key).cloned())
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
