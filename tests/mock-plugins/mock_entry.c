/* A shared object, but no plugin: it exports nothing. */
int mock_entry_is_elsewhere(void);

int mock_entry_is_elsewhere(void)
{
    return 0;
}
