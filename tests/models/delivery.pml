/* How a reading comes from an agent over fogs to the cloud: once in effect, and every hole declared.
 *
 *      agent ── READ, SKIP ──▶ fog (0, 1) ── FC ──▶ cloud          the journals of all three are disks that can be cut,
 *            ◀── ACK ──────              ◀── CACK ──               replaced, and restored from a backup
 *
 * Channels are bags: what was sent once may arrive late, repeatedly, in any order, or never; so loss, duplication and
 * reordering need no moves of their own. An external broker is such a bag too, and can forget it.
 * Every move changes something and faults are bounded, so every run ends. Hence liveness needs no fairness: where no move
 * is left, everything must be applied or declared.
 *
 * Numbers, as in the code: an agent's items are numbered per boot (the epoch of its journal); a fog holds one mark per
 * boot; a fog's own items are numbered per epoch; the cloud holds one mark per (fog, epoch) and knows each reading by
 * (device, boot, seq), here its id. Of lanes there is one: the others differ in their items' identity only.
 *
 * Bounds: -D FOGS, N (readings of the first boot), CRASHES (power cuts of a fog), MOVES (reconnects of the agent, to any
 * fog), LOSS (fog 0 gets an empty disk), RESTORE (fog 0 gets its backup back), RENEW (the agent does), BROKER_LOSS (an
 * external broker forgets what it holds), OTHER (another device of fog 0 has a reading, 3). Mutants, each one step of the protocol left out: see README.md. */
#ifndef N
#define N 2
#endif
#ifndef FOGS
#define FOGS 1
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef MOVES
#define MOVES 0
#endif
#define K 3    /* places of a fog's journal and ids of readings, 1..3 */
#define R 1    /* items of the agent's backup */
#define NONE 9

#define ITEM(b, i) ((b) == 0 || (i) <= R -> (i) : N + (i) - R)    /* id of item i of boot b */
#define PLACE(x) ((x) <= N -> (x) : R + (x) - N)                  /* item of id x, in the boot that numbered it */
#define READ(f, b, i) ((f) * 8 + (b) * 4 + (i))
#define SKIP(f, b, i, j) ((f) * 32 + (b) * 16 + (i) * 4 + (j))
#define ACK(f, e, b, u) ((f) * 16 + (e) * 8 + (b) * 4 + (u))
#define FC(f, e, k, x) ((f) * 32 + (e) * 16 + (k) * 4 + (x))
#define CACK(f, e, k) ((f) * 8 + (e) * 4 + (k))
#define MARK(f, b) ((f) * 2 + (b))
#define SLOT(f, k) ((f) * 4 + (k))

/* The agent. Its journal holds the items floor..made; everything up to cursor was acknowledged, by whomever. What is
 * acknowledged goes one day (keep_after_ack), so floor follows the cursor. hello and upTo are of the connection. */
byte boot, made, cursor, floor = 1;
byte at, hello = NONE, upTo, moves;
bool renewed;
/* Bags. */
bool read[16], hole[64], ack[32], fc[64], cack[16];
bool forgot;
/* Fogs: records, how many are written and how many are synced; marks, the same; epoch; what the cloud has acknowledged. */
byte out[8], written[2], synced[2], mark[4], markSynced[4], epoch[2], sent[2];
byte crashes, copyLength, copyMark[2];
bool copied, replaced;
/* The cloud. */
byte held[4];
bool seen[4];
byte cloudCrashes;
/* Ghosts: times each reading took effect, whether its hole was declared, and why it may be missing. */
byte applied[4];
bool declared[4], excused[4], gone[4];
byte x, y;

#ifdef ACK_EARLY
#define ACKED(f, b) mark[MARK(f, b)]
#elif defined(HELLO_EARLY)
#define ACKED(f, b) (hello == NONE -> mark[MARK(f, b)] : markSynced[MARK(f, b)])
#else
#define ACKED(f, b) markSynced[MARK(f, b)]
#endif
#ifdef FORWARD_EARLY
#define READY written
#else
#define READY synced
#endif

#define HAS(f, n, x) ((n) >= 1 && out[SLOT(f, 1)] == x || (n) >= 2 && out[SLOT(f, 2)] == x || (n) >= 3 && out[SLOT(f, 3)] == x)
#define KEPT(x) (PLACE(x) >= floor && PLACE(x) <= made && ((x) <= R || (x) > N && boot == 1 || (x) <= N && boot == 0))
#define SAFE(x) (KEPT(x) || HAS(0, synced[0], x) || HAS(1, synced[1], x) || applied[x] > 0 || excused[x] || gone[x])

/* Nothing that the agent was told is held may be lost. */
inline nothing_lost() {
    x = 1;
    do :: x <= cursor -> y = ITEM(boot, x); assert(SAFE(y)); x++ :: else -> break od;
    x = 0;
    y = 0
}

#ifdef NO_HELLO
#define FIRST(u) ((u) > cursor -> (u) : cursor)
#else
#define FIRST(u) (u)
#endif
/* An acknowledgement, from fog f in epoch e, of this boot up to u. */
inline hear(e, u) {
    if
    :: hello == NONE || e > hello -> hello = e; upTo = FIRST(u)    /* what this journal holds, be it less than another */
    :: else -> if :: u > upTo -> upTo = u :: else fi
    fi;
    if
    :: u > cursor ->
        if
        :: e == hello && e < epoch[at] ->    /* heard from a disk that is gone, before its successor spoke */
            x = 1;
            do :: x <= u -> excused[ITEM(boot, x)] = true; x++ :: else -> break od; x = 0
        :: else
        fi;
        cursor = u
    :: else
    fi
}
#ifdef STALE_ACK
#define TIMELY(e) true
#else
#define TIMELY(e) (hello == NONE || (e) >= hello)
#endif
#define NEWS(e, u) (hello == NONE || (e) > hello || (u) > upTo)

/* The receiver's rule: a range is taken where it joins what is held; what is held is skipped; a gap is refused. */
#ifdef GAP_ACCEPTED
#define JOINS(f, b, i) ((i) > mark[MARK(f, b)])
#elif defined(NO_FOG_MARKS)
#define JOINS(f, b, i) ((i) <= mark[MARK(f, b)] + 1)
#elif defined(UNDECLARED)    /* a numbering that is not known may begin anywhere */
#define JOINS(f, b, i) ((i) == mark[MARK(f, b)] + 1 || mark[MARK(f, b)] == 0)
#else
#define JOINS(f, b, i) ((i) == mark[MARK(f, b)] + 1)
#endif
#if defined(NO_FOG_MARKS) || defined(NO_FOG_IDENTITY)
#define NEW(f, x) true
#else
#define NEW(f, x) (!HAS(f, written[f], x))
#endif

inline take(f, b, i) {
    y = ITEM(b, i);
    if
    :: NEW(f, y) ->
        assert(!HAS(f, written[f], y));    /* once in effect for the fog's rules */
        written[f]++;
        out[SLOT(f, written[f])] = y
    :: else
    fi;
    mark[MARK(f, b)] = i;
    y = 0
}

inline take_skip(f, b, j) {
    x = mark[MARK(f, b)] + 1;
    do :: x <= j -> declared[ITEM(b, x)] = true; x++ :: else -> break od; x = 0;
    mark[MARK(f, b)] = j
}

inline cut(f) {
    written[f] = synced[f];
    mark[MARK(f, 0)] = markSynced[MARK(f, 0)];
    mark[MARK(f, 1)] = markSynced[MARK(f, 1)];
    sent[f] = 0;
    x = synced[f] + 1;
    do :: x <= K -> out[SLOT(f, x)] = 0; x++ :: else -> break od; x = 0
}

/* Fog 0 comes back with the first n records, and with what its marks were then. What the agent already knows to be
 * acknowledged may have been only there: these readings may be missing, if somebody says so. */
inline replace(n, m0, m1) {
    replaced = true;
    x = 1;
    do :: x <= cursor -> excused[ITEM(boot, x)] = true; x++ :: else -> break od; x = 0;
    synced[0] = n;
    markSynced[0] = m0;
    markSynced[1] = m1;
    cut(0)
}

#ifdef CLOUD_GAP_ACCEPTED
#define FOLLOWS(f, e, k) ((k) > held[MARK(f, e)])
#else
#define FOLLOWS(f, e, k) ((k) == held[MARK(f, e)] + 1)
#endif
inline commit(f, e, k, i) {
#ifdef NO_CLOUD_MARKS
    applied[i]++;
#else
    if :: !seen[i] -> applied[i]++ :: else fi;
#endif
    assert(applied[i] <= 1);    /* once in effect */
#ifdef SPLIT_COMMIT
    if :: cloudCrashes < 1 -> printf("cloud: stops between data and mark\n"); cloudCrashes++ :: else -> seen[i] = true; held[MARK(f, e)] = k fi
#else
    seen[i] = true;
    held[MARK(f, e)] = k
#endif
}

#define MAKE :: d_step { made < N -> made++; printf("agent: journals reading %d as item %d of boot %d\n", ITEM(boot, made), made, boot) }
#ifdef NO_FLOOR
#define DECLARES(f) false
#else
#define DECLARES(f) (at == f && hello != NONE && upTo + 1 < floor)
#endif
#define FORGET :: d_step { floor <= cursor -> printf("agent: forgets item %d\n", floor); floor++; nothing_lost() }
#ifdef FORGET_ON_PUBACK
#define PUBACK(i) if :: cursor < i -> cursor = i :: else fi
#else
#define PUBACK(i) skip
#endif


#define A_READ(f, b, i) :: d_step { at == f && boot == b && hello != NONE && i > upTo && i >= floor && i <= made \
        && !read[READ(f, b, i)] -> printf("agent: sends item %d of boot %d to fog %d\n", i, b, f); \
        read[READ(f, b, i)] = true; PUBACK(i) }
#define A_SKIP(f, b, i, j) :: d_step { DECLARES(f) && boot == b && i == upTo + 1 && j == floor - 1 \
        && !hole[SKIP(f, b, i, j)] -> printf("agent: declares items %d to %d to fog %d\n", i, j, f); \
        hole[SKIP(f, b, i, j)] = true }
#define A_HEAR(f, e, b, u) :: d_step { at == f && boot == b && ack[ACK(f, e, b, u)] && TIMELY(e) && NEWS(e, u) \
        && u <= made -> printf("agent: hears from fog %d, epoch %d: boot %d up to %d\n", f, e, b, u); hear(e, u) }
#define F_READ(f, b, i) :: d_step { read[READ(f, b, i)] && JOINS(f, b, i) && written[f] < K \
        -> printf("fog %d: takes item %d of boot %d\n", f, i, b); take(f, b, i) }
#define F_SKIP(f, b, i, j) :: d_step { hole[SKIP(f, b, i, j)] && i <= mark[MARK(f, b)] + 1 && j > mark[MARK(f, b)] \
        -> printf("fog %d: notes that items %d to %d of boot %d are skipped\n", f, i, j, b); take_skip(f, b, j) }
#define F_SYNC(f) :: d_step { synced[f] < written[f] || mark[MARK(f, 0)] != markSynced[MARK(f, 0)] \
        || mark[MARK(f, 1)] != markSynced[MARK(f, 1)] -> printf("fog %d: syncs\n", f); synced[f] = written[f]; \
        markSynced[MARK(f, 0)] = mark[MARK(f, 0)]; markSynced[MARK(f, 1)] = mark[MARK(f, 1)] }
#define F_ACK(f, b) :: d_step { (at == f || markSynced[MARK(f, b)] > 0) && boot == b \
        && !ack[ACK(f, epoch[f], b, ACKED(f, b))] \
        -> printf("fog %d: says in epoch %d: boot %d up to %d\n", f, epoch[f], b, ACKED(f, b)); ack[ACK(f, epoch[f], b, ACKED(f, b))] = true }
#define F_CUT(f) :: d_step { crashes < CRASHES && (written[f] > synced[f] || mark[MARK(f, boot)] != markSynced[MARK(f, boot)] \
        || sent[f] > 0) -> printf("fog %d: loses its power\n", f); crashes++; cut(f); nothing_lost() }
#define F_SEND(f, k) :: d_step { k <= READY[f] && k > sent[f] && !fc[FC(f, epoch[f], k, out[SLOT(f, k)])] \
        -> printf("fog %d: sends its item %d of epoch %d, reading %d\n", f, k, epoch[f], out[SLOT(f, k)]); \
        fc[FC(f, epoch[f], k, out[SLOT(f, k)])] = true }
#define F_SENT(f, k) :: d_step { k > sent[f] && k <= synced[f] && cack[CACK(f, epoch[f], k)] \
        -> printf("fog %d: hears that the cloud holds its items up to %d\n", f, k); sent[f] = k }
#define C_TAKE(f, e, k, i) :: atomic { fc[FC(f, e, k, i)] && FOLLOWS(f, e, k) \
        -> printf("cloud: takes item %d of fog %d, epoch %d: reading %d\n", k, f, e, i); commit(f, e, k, i) }
#define C_ACK(f, e) :: d_step { held[MARK(f, e)] > 0 && !cack[CACK(f, e, held[MARK(f, e)])] \
        -> printf("cloud: says to fog %d, epoch %d: up to %d\n", f, e, held[MARK(f, e)]); cack[CACK(f, e, held[MARK(f, e)])] = true }

#if defined(EPOCH_REUSED) || defined(RESTORE_SAME_EPOCH)
#define NEXT_EPOCH x = 0
#else
#define NEXT_EPOCH epoch[0] = 1
#endif
#ifdef RENEW_SAME_BOOT
#define NEXT_BOOT x = 0
#else
#define NEXT_BOOT boot = 1
#endif

#define HEARS(f, e, b) A_HEAR(f, e, b, 0) A_HEAR(f, e, b, 1) A_HEAR(f, e, b, 2)
#define HOLE(f, b, i, j) A_SKIP(f, b, i, j) F_SKIP(f, b, i, j)
#define BOOTED(f, b) A_READ(f, b, 1) A_READ(f, b, 2) F_READ(f, b, 1) F_READ(f, b, 2) F_ACK(f, b) HEARS(f, 0, b) \
        HOLE(f, b, 1, 1) HOLE(f, b, 1, 2) HOLE(f, b, 2, 2)
#define FOG(f) BOOTED(f, 0) F_SYNC(f) F_CUT(f) F_SEND(f, 1) F_SEND(f, 2) F_SEND(f, 3) F_SENT(f, 1) F_SENT(f, 2) F_SENT(f, 3)
#define CLOUD(f, e) C_TAKE(f, e, 1, 1) C_TAKE(f, e, 2, 1) C_TAKE(f, e, 3, 1) C_TAKE(f, e, 1, 2) C_TAKE(f, e, 2, 2) \
        C_TAKE(f, e, 3, 2) C_TAKE(f, e, 1, 3) C_TAKE(f, e, 2, 3) C_TAKE(f, e, 3, 3) C_ACK(f, e)

active proctype Mesh() {
    do
    MAKE
    FORGET
    FOG(0)
    CLOUD(0, 0)
#if FOGS > 1
    FOG(1)
    CLOUD(1, 0)
    :: d_step { moves < MOVES && hello != NONE -> printf("agent: goes to fog %d\n", 1 - at); moves++; at = 1 - at; hello = NONE; upTo = 0 }
#endif
    :: d_step { moves < MOVES && hello != NONE -> printf("agent: connects again\n"); moves++; hello = NONE; upTo = 0 }
#if defined(LOSS) || defined(RESTORE)
    HEARS(0, 1, 0)
    CLOUD(0, 1)
#endif
#ifdef LOSS
    :: d_step { !replaced && written[0] > 0
            -> printf("fog 0: gets an empty disk\n"); replace(0, 0, 0); NEXT_EPOCH }
#endif
#ifdef RESTORE
    :: d_step { !copied && synced[0] > 0 -> printf("fog 0: is backed up\n"); copied = true; copyLength = synced[0]; copyMark[0] = markSynced[0];
            copyMark[1] = markSynced[1] }
    :: d_step { copied && !replaced && written[0] > copyLength
            -> printf("fog 0: gets its backup back\n"); replace(copyLength, copyMark[0], copyMark[1]); NEXT_EPOCH }
#endif
#ifdef RENEW
    BOOTED(0, 1)
#if FOGS > 1
    BOOTED(1, 1)
#endif
    /* The agent's backup holds R items and knows of no acknowledgement. What only its old disk held is gone. */
    :: d_step { !renewed && made > R -> printf("agent: gets its backup back\n"); renewed = true; made = R; cursor = 0; floor = 1; hello = NONE; upTo = 0;
            gone[2] = true; NEXT_BOOT }
#endif
#ifdef OTHER
    :: d_step { !HAS(0, written[0], 3) && written[0] < K
            -> printf("fog 0: takes reading 3 of another device\n"); written[0]++; out[SLOT(0, written[0])] = 3 }
#endif
#ifdef BROKER_LOSS
    :: d_step { !forgot && (read[1] || read[2]) -> printf("broker: forgets\n"); forgot = true; read[1] = false; read[2] = false; hole[5] = false;
            hole[6] = false; hole[10] = false; ack[0] = false; ack[1] = false; ack[2] = false }
#endif
    :: else ->
        assert(made == N && cursor == N && upTo == N);
        assert((applied[1] == 1 || excused[1] && declared[1]) && (N < 2 || gone[2] || applied[2] == 1 || excused[2] && declared[2]));
        assert(!renewed || applied[3] == 1);
#ifdef OTHER
        assert(applied[3] == 1);
#endif
        break
    od
}
