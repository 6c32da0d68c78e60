#include "config.h"

#include "kv/radix.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/hash.h"
#include "base/mem.h"
#include "kv/radix_internal.h"

#define FIRST_PLACES 512
#define ACCESS	((uint64_t)1 << 24)	/* stamps between accesses: more than a path has nodes */

/* A place in a sequence of tokens. */
struct cursor {
	const struct span *span;
	uint64_t skip;			/* tokens of *span already passed */
	uint64_t left;			/* tokens to the end of the sequence */
};

static struct cursor cursor_at(const struct tokens *key, uint64_t length)
{
	return (struct cursor){ .span = key->span, .skip = 0, .left = length };
}

static void cursor_advance(struct cursor *c, uint64_t tokens)
{
	BUG_ON(tokens > c->left);
	c->left -= tokens;
	while (tokens > 0) {
		uint64_t here = c->span->length - c->skip;

		if (tokens < here) {
			c->skip += tokens;
			return;
		}
		tokens -= here;
		c->span++;
		c->skip = 0;
	}
}

static uint64_t cursor_run(const struct cursor *c)
{
	uint64_t here = c->span->length - c->skip;

	return here < c->left ? here : c->left;
}

/* Advance within the present span, at most to its end. */
static void cursor_pass(struct cursor *c, uint64_t run)
{
	c->left -= run;
	c->skip += run;
	if (c->skip < c->span->length)
		return;
	c->span++;
	c->skip = 0;
}

/* Tokens that `c` and the node's key have in common from their beginnings. */
static uint64_t common(struct cursor c, const struct radix_node *n)
{
	struct cursor k = { .span = n->key, .skip = 0, .left = n->length };
	uint64_t done = 0;

	if (n->nkey == 1 && cursor_run(&c) >= n->length)	/* the common case */
		return c.span->stream == n->key->stream && c.span->offset + c.skip == n->key->offset ?
		       n->length : 0;
	while (c.left > 0 && k.left > 0) {
		uint64_t a = cursor_run(&c), b = cursor_run(&k), run = a < b ? a : b;

		if (c.span->stream != k.span->stream || c.span->offset + c.skip != k.span->offset + k.skip)
			break;
		done += run;
		cursor_pass(&c, run);
		cursor_pass(&k, run);
	}
	return done;
}

/* Hash of (parent, first page).  How the page is cut into spans must not matter: neighbouring spans that continue
 * each other are taken as one. */
static uint64_t page_hash(const struct radix_node *parent, struct cursor c, uint64_t page)
{
	uint64_t h = parent->id * UINT64_C(0x9e3779b97f4a7c15), left = page;

	if (cursor_run(&c) >= page)	/* the common case, without walking */
		return hash_mix(hash_mix(h + c.span->stream) + c.span->offset + c.skip + (page << 40));
	while (left > 0) {
		uint64_t stream = c.span->stream, first = c.span->offset + c.skip, length = 0;

		do {
			uint64_t run = cursor_run(&c);

			run = run < left ? run : left;
			length += run;
			left -= run;
			cursor_pass(&c, run);
		} while (left > 0 && c.span->stream == stream && c.span->offset + c.skip == first + length);
		h = hash_mix(hash_mix(h + stream) + first + (length << 40));
	}
	return h;
}

static struct radix_node *node_new(struct radix *t, struct radix_node *parent, size_t nkey)
{
	struct radix_node *n = slab_take(&t->node_slab);

	*n = (struct radix_node){
		.parent = parent, .id = t->next_id++, .nkey = (uint32_t)nkey, .capkey = (uint32_t)nkey,
	};
	n->key = nkey > RADIX_OWN ? spanstore_get(&t->spans, nkey) : n->own;
	return n;
}

/* Spans of `c` that cover its next `tokens` tokens, into out (NULL: only count). */
static size_t cut(struct cursor c, uint64_t tokens, struct span *out)
{
	size_t n = 0;

	while (tokens > 0) {
		uint64_t run = cursor_run(&c);

		run = run < tokens ? run : tokens;
		if (out)
			out[n] = (struct span){ c.span->stream, c.span->offset + c.skip, run };
		n++;
		tokens -= run;
		cursor_advance(&c, run);
	}
	return n;
}

/* Drop the first `tokens` tokens of n's key, in place. */
static void key_drop(struct radix_node *n, uint64_t tokens)
{
	uint32_t i = 0;

	n->length -= tokens;
	while (tokens > 0 && n->key[i].length <= tokens)
		tokens -= n->key[i++].length;
	n->key[i].offset += tokens;
	n->key[i].length -= tokens;
	n->nkey -= i;
	memmove(n->key, n->key + i, n->nkey * sizeof(*n->key));
}

/* The upper part of n, its first `tokens` tokens, becomes a node of its own; returns it. */
static struct radix_node *split(struct radix *t, struct radix_node *n, uint64_t tokens)
{
	struct cursor whole = { .span = n->key, .skip = 0, .left = n->length };
	size_t nkey = cut(whole, tokens, NULL);
	struct radix_node *upper = node_new(t, n->parent, nkey);

	cut(whole, tokens, upper->key);
	upper->length = tokens;
	upper->stamp = t->clock += ACCESS;
	upper->order = n->order;
	upper->lock_ref = n->lock_ref > 0;
	upper->children = 1;
	upper->hash = n->hash;
	upper->newest = n;
	if (n->parent->newest == n)
		n->parent->newest = upper;
	t->place[radix_table_find(t, n)].node = upper;
	radix_table_room(t);
	key_drop(n, tokens);
	n->parent = upper;
	n->order = t->next_order++;
	n->hash = page_hash(upper, (struct cursor){ .span = n->key, .skip = 0, .left = n->length }, t->page);
	radix_table_put(t, n);
	return upper;
}

struct found {
	uint64_t hash;			/* of the next page below the node: where a new child of it goes */
	uint64_t shared;		/* tokens that the child has in common with the key, whole pages */
};

static uint64_t shared_pages(const struct radix *t, struct cursor c, const struct radix_node *n)
{
	return t->page == 1 ? common(c, n) : common(c, n) / t->page * t->page;
}

/* The child of n that begins with the next page of c.  An only child, as pieces of a long prompt are, is
 * looked at without asking the table. */
static struct radix_node *child(struct radix *t, const struct radix_node *n, struct cursor c, struct found *f)
{
	uint64_t h;

	f->hash = 0;
	if (c.left < t->page)
		return NULL;
	if (n->children == 1 && n->newest && (f->shared = shared_pages(t, c, n->newest)) > 0)
		return n->newest;
	f->hash = h = page_hash(n, c, t->page);
	for (size_t i = radix_home(t, h); t->place[i].node; i = (i + 1) & (t->places - 1)) {
		struct radix_node *p = t->place[i].node;

		if (t->place[i].hash != h || p->parent != n)
			continue;
		f->shared = shared_pages(t, c, p);
		if (f->shared > 0)
			return p;
	}
	return NULL;
}

/* Follow c from n as far as the tree goes; stamps the last node, and splits it if need be.
 * Returns the node reached; c is left behind the shared part.  *hash: of the page there. */
static struct radix_node *walk(struct radix *t, struct radix_node *n, struct cursor *c, uint64_t *hash)
{
	struct radix_node *next;
	struct found f;

	while ((next = child(t, n, *c, &f))) {
		cursor_advance(c, f.shared);
		if (f.shared < next->length) {
			next->stamp = t->clock += ACCESS;
			n = split(t, next, f.shared);
			*hash = c->left >= t->page ? page_hash(n, *c, t->page) : 0;
			return n;
		}
		n = next;
	}
	n->stamp = t->clock += ACCESS;
	*hash = f.hash;
	return n;
}

static void plant(struct radix *t, struct arena *arena)
{
	slab_init(&t->node_slab, arena, sizeof(struct radix_node));
	spanstore_init(&t->spans, arena);
	t->root = node_new(t, NULL, 0);
	t->root->lock_ref = 1;
}

void radix_init(struct radix *t, struct arena *arena, uint64_t page)
{
	BUG_ON(page == 0);
	*t = (struct radix){ .page = page, .places = FIRST_PLACES };
	t->place = xcalloc(t->places, sizeof(*t->place));
	plant(t, arena);
}

void radix_reset(struct radix *t, struct arena *arena)
{
	struct radix empty = {
		.page = t->page, .places = t->places, .place = t->place, .heap = t->heap, .capheap = t->capheap,
		.queue = t->queue, .capqueue = t->capqueue,
	};

	arena_reset(arena);
	memset(t->place, 0, t->places * sizeof(*t->place));
	*t = empty;
	plant(t, arena);
}

void radix_release(struct radix *t)
{
	free(t->place);
	free(t->heap);
	free(t->queue);
	*t = (struct radix){ .page = t->page };
}

uint64_t radix_match(struct radix *t, const struct tokens *key, struct radix_node **last)
{
	uint64_t length = key->length / t->page * t->page;
	struct cursor c = cursor_at(key, length);
	uint64_t hash;
	struct radix_node *n = walk(t, t->root, &c, &hash);

	if (last)
		*last = n;
	return length - c.left;
}

/* What is left of c becomes a leaf below n, not yet in the heap. */
static struct radix_node *add_leaf(struct radix *t, struct radix_node *n, struct cursor c, uint64_t hash)
{
	bool one = cursor_run(&c) == c.left;
	struct radix_node *leaf = node_new(t, n, one ? 1 : cut(c, c.left, NULL));

	if (one)
		*leaf->key = (struct span){ c.span->stream, c.span->offset + c.skip, c.left };
	else
		cut(c, c.left, leaf->key);
	leaf->length = c.left;
	leaf->stamp = t->clock += ACCESS;
	leaf->order = t->next_order++;
	leaf->hash = hash;
	radix_table_room(t);
	radix_table_put(t, leaf);
	n->children++;
	n->newest = leaf;
	t->evictable += leaf->length;
	return leaf;
}

uint64_t radix_insert(struct radix *t, const struct tokens *key)
{
	uint64_t length = key->length / t->page * t->page;
	struct cursor c = cursor_at(key, length);
	uint64_t hash;
	struct radix_node *n = walk(t, t->root, &c, &hash);

	if (c.left > 0)
		radix_heap_push(t, add_leaf(t, n, c, hash));
	return length - c.left;
}

void radix_lock(struct radix *t, struct radix_node *n)
{
	for (; n != t->root && n->lock_ref++ == 0; n = n->parent) {
		t->evictable -= n->length;
		t->protected_tokens += n->length;
	}
}

void radix_unlock(struct radix *t, struct radix_node *n)
{
	for (; n != t->root; n = n->parent) {
		BUG_ON(n->lock_ref == 0);
		if (--n->lock_ref > 0)
			return;
		t->evictable += n->length;
		t->protected_tokens -= n->length;
		if (n->children == 0)
			radix_heap_push(t, n);
	}
}

uint64_t radix_extend(struct radix *t, const struct tokens *key, struct radix_node **held, uint64_t depth)
{
	uint64_t length = key->length / t->page * t->page;
	struct cursor c = cursor_at(key, length);
	struct radix_node *n;
	uint64_t hash;

	cursor_advance(&c, depth);
	n = walk(t, *held, &c, &hash);
	if (c.left > 0)
		n = add_leaf(t, n, c, hash);
	radix_lock(t, n);		/* first: what both have in common stays locked */
	radix_unlock(t, *held);
	*held = n;
	return length - c.left;
}

struct radix_node *radix_node_free(struct radix *t, struct radix_node *n)
{
	struct radix_node *parent = n->parent;

	radix_table_remove(t, n);
	t->evictable -= n->length;
	t->nodes--;
	parent->children--;
	if (parent->newest == n)
		parent->newest = NULL;
	if (n->stamp - 1 > parent->stamp)	/* what led to n led through it, just before */
		parent->stamp = n->stamp - 1;
	if (n->key != n->own)
		spanstore_put(&t->spans, n->key, n->capkey);
	slab_free(&t->node_slab, n);
	return parent != t->root && parent->children == 0 && parent->lock_ref == 0 ? parent : NULL;
}
