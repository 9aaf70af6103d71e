/** The words on paper, which is Japanese. */
export const paperCopy = {
  to: '% 御中',
  apply: '次のとおり、カードの利用を申し込みます。',
  entrust: '次の人に、次のことを任せます。',
  agree: '次の保険者が、次の目的のために、私の健康保険の情報を提供することに同意します。',
  form2: '様式2 委任状',
  applicant: '申込者',
  agent: '代理人',
  untilWithdrawn: '取り消すまで',
  mayWithdraw: 'いつでも、窓口かサポートセンターで取り消せます。',
  evidenceBehind: '裏面に、本人確認書類の写しを付けます。',
  day: '　　　　年　　月　　日',
  signs: '（署名）',
} as const;
