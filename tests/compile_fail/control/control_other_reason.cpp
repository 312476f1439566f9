// expect: no such reason
static_assert(sizeof(int) == 0, "another reason");
