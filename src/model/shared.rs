//! Lists that copies of a world have in common.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A list that copies share until one of them changes it, which then has its own. Design points of a sweep are copies
/// of one world that mostly differ in parameters alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SharedList<T>(Arc<Vec<T>>);

impl<T> Deref for SharedList<T> {
    type Target = Vec<T>;

    #[inline(always)]
    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T: Clone> DerefMut for SharedList<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        Arc::make_mut(&mut self.0)
    }
}

impl<T> From<Vec<T>> for SharedList<T> {
    fn from(list: Vec<T>) -> Self {
        SharedList(Arc::new(list))
    }
}

impl<T> FromIterator<T> for SharedList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<'a, T> IntoIterator for &'a SharedList<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_is_changed_leaves_the_other_as_it_was() {
        let one: SharedList<u32> = [1, 2, 3].into_iter().collect();
        let mut other = one.clone();
        other.push(4);
        other[0] = 7;
        assert_eq!((&one[..], &other[..]), (&[1, 2, 3][..], &[7, 2, 3, 4][..]));
        assert_eq!((&one).into_iter().sum::<u32>(), 6);
    }
}
