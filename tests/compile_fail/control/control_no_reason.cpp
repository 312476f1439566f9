static_assert(sizeof(int) == 0, "this file does not say why it must not compile");
